// out[r, j] = Σ_i norm(x[r])[i] · weight[j, i] for few rows r: every weight is read once for ROWS of them.
//
// grid: (TILES of weight rows and as many more workgroups as the last block has rows beyond one, blocks of ROWS). A team of LANES
// lanes multiplies TEAM_ROWS weight rows with ROWS rows of x, FLIGHT units of each on their way at a time. Adding up over the
// lanes halves the sums of each lane at every exchange. Nothing waits for a barrier.
const STEPS = (UNITS + LANES - 1u) / LANES;
const TEAMS = WORKGROUP / LANES;
const ITEMS = TEAM_ROWS * ROWS;
const LANE_ITEMS = ITEMS >> HALVINGS;
const COPIES = LANES >> HALVINGS;
const TILE_ROWS = ROWS;
const PER_ROW = WORKGROUP / ROWS;
const PADDED = (STEPS + FLIGHT - 1u) / FLIGHT * FLIGHT * LANES * OCTETS * 8u != COLUMNS;
const_assert (1u << LANE_BITS) == LANES && HALVINGS <= LANE_BITS;
const_assert LANE_ITEMS % GATE_WIDTH == 0u && TEAM_ROWS % GATE_WIDTH == 0u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  if (group.x >= TILES) {
    return;
  }
  let first_row = group.y * ROWS;
  let last_row = (grid.y - 1u) * ROWS + grid.x - TILES;
  let lane = local_index % LANES;
  let first_weight = (group.x * TEAMS + local_index / LANES) * TEAM_ROWS;

  var statistics = array<vec2<f32>, ROWS>();
  if (NORM == LAYER_NORM) {
    layer_statistics(first_row, last_row, local_index);
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      statistics[r] = layer_statistic(r);
    }
  }
  var sums = array<f32, ITEMS>();
  var squares = array<f32, ROWS>();
  for (var step = 0u; step < STEPS; step += FLIGHT) {
    var units = array<Unit, FLIGHT * TEAM_ROWS>();
    // @unroll
    for (var s = 0u; s < FLIGHT; s++) {
      let unit = min((step + s) * LANES + lane, UNITS - 1u);
      // @unroll
      for (var j = 0u; j < TEAM_ROWS; j++) {
        units[s * TEAM_ROWS + j] = load_unit(min(first_weight + j, WEIGHT_ROWS - 1u), unit);
      }
    }
    // @unroll
    for (var s = 0u; s < FLIGHT; s++) {
      // @unroll
      for (var o = 0u; o < OCTETS; o++) {
        let column = octet_column((step + s) * LANES + lane, o);
        var lower = array<vec4<f32>, ROWS>();
        var upper = array<vec4<f32>, ROWS>();
        var totals = array<f32, ROWS>();
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let row = min(first_row + r, last_row);
          let a = x_quad(row, column);
          let b = x_quad(row, column + 4u);
          lower[r] = normed_quad(a, column, statistics[r]);
          upper[r] = normed_quad(b, column + 4u, statistics[r]);
          if (NORM == RMS_NORM) {
            squares[r] += dot(a, a) + dot(b, b);
          }
          if (MINIMA) {
            totals[r] = sum_of(lower[r] + upper[r]);
          }
        }
        // @unroll
        for (var j = 0u; j < TEAM_ROWS; j++) {
          let levels = octet_levels(units[s * TEAM_ROWS + j], o);
          let scale = octet_scale(units[s * TEAM_ROWS + j], o);
          // @unroll
          for (var r = 0u; r < ROWS; r++) {
            let product = dot(levels[0], lower[r]) + dot(levels[1], upper[r]);
            sums[(j / GATE_WIDTH * ROWS + r) * GATE_WIDTH + j % GATE_WIDTH] += select(product, scale.x * product, SCALED);
            if (MINIMA) {
              sums[(j / GATE_WIDTH * ROWS + r) * GATE_WIDTH + j % GATE_WIDTH] += scale.y * totals[r];
            }
          }
        }
      }
    }
  }

  // @unroll
  for (var h = 0u; h < HALVINGS; h++) {
    let is_upper = (lane & (LANES >> (h + 1u))) != 0u;
    // @unroll
    for (var i = 0u; i < (ITEMS >> (h + 1u)); i++) {
      let given = select(sums[i + (ITEMS >> (h + 1u))], sums[i], is_upper);
      let kept = select(sums[i], sums[i + (ITEMS >> (h + 1u))], is_upper);
      sums[i] = kept + lane_xor(given, LANES >> (h + 1u), local_index);
    }
  }
  // @unroll
  for (var h = 0u; h < LANE_BITS - HALVINGS; h++) {
    // @unroll
    for (var i = 0u; i < LANE_ITEMS; i++) {
      sums[i] += lane_xor(sums[i], COPIES >> (h + 1u), local_index);
    }
  }
  if (NORM == RMS_NORM) {
    // @unroll
    for (var h = 0u; h < LANE_BITS; h++) {
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        squares[r] += lane_xor(squares[r], LANES >> (h + 1u), local_index);
      }
    }
  }
  if (lane % COPIES == 0u) {
    // @unroll
    for (var i = 0u; i < LANE_ITEMS / GATE_WIDTH; i++) {
      let item = lane / COPIES * (LANE_ITEMS / GATE_WIDTH) + i;
      let output = first_weight / GATE_WIDTH + item / ROWS;
      let row = first_row + item % ROWS;
      var row_squares = 0.0;
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        row_squares = select(row_squares, squares[r], item % ROWS == r);
      }
      if (output < PART_OUTPUTS && row <= last_row) {
        let factor = rms_factor(row_squares);
        let product = factor * sums[i * GATE_WIDTH];
        write_output(row, output, product, factor * sums[i * GATE_WIDTH + GATE_WIDTH - 1u]);
      }
    }
  }
}
