// out[r, j] = Σ_i norm(x[r])[i] · weight[j, i] for many rows r.
//
// grid: (TILES of TILE_OUTPUTS weight rows and as many more workgroups as the last tile has rows beyond one, tiles of TILE_ROWS).
// A workgroup takes 32 columns at a time into workgroup memory, column by column, the next ones on their way meanwhile; a lane
// multiplies 4 ROW_QUADS rows with 4 OUTPUT_QUADS weight rows. Quads of a column lie in an order that depends on the column,
// so that lanes that store the same row meet in no bank.
const CHUNK = 32u;
const BLOCKS = (UNITS + 3u) / 4u; // of 4 units: OCTETS · CHUNK columns
const X_QUADS = TILE_ROWS * CHUNK / 4u / WORKGROUP; // quads of x that a lane fetches
const LANE_UNITS = TILE_OUTPUTS * 4u / WORKGROUP; // units that a lane fetches
const ROW_PITCH = TILE_ROWS / 4u;
const OUTPUT_PITCH = TILE_OUTPUTS / 4u;
const OUTPUT_LANES = OUTPUT_PITCH / OUTPUT_QUADS;
const ROW_LANES = ROW_PITCH / ROW_QUADS;
const PER_ROW = WORKGROUP / TILE_ROWS;
const PADDED = BLOCKS * OCTETS * CHUNK != COLUMNS;
const_assert OUTPUT_LANES * ROW_LANES == WORKGROUP;
const_assert X_QUADS * WORKGROUP * 4u == TILE_ROWS * CHUNK && LANE_UNITS * WORKGROUP == TILE_OUTPUTS * 4u;

var<workgroup> x_tile: array<vec4<f32>, CHUNK * ROW_PITCH>; // [column, rows / 4]
var<workgroup> weight_tile: array<vec4<f32>, CHUNK * OUTPUT_PITCH>; // [column, weight rows / 4]

// Quad of the x tile that holds four rows of a column, and of the weight tile that holds four weight rows.
fn x_place(column: u32, quad: u32) -> u32 {
  return column * ROW_PITCH + (quad ^ (column / 4u));
}

fn weight_place(column: u32, quad: u32) -> u32 {
  return column * OUTPUT_PITCH + (quad ^ (column / 8u * 2u));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  if (group.x >= TILES) {
    return;
  }
  let first_row = group.y * TILE_ROWS;
  let last_row = (grid.y - 1u) * TILE_ROWS + grid.x - TILES;
  let first_weight = group.x * TILE_OUTPUTS;
  let x_row = local_index / 8u;
  let x_column = local_index % 8u * 4u;
  let weight_row = local_index / 4u;
  let own_unit = local_index % 4u;
  let row_lane = local_index / OUTPUT_LANES;
  let output_lane = local_index % OUTPUT_LANES;

  var statistics = array<vec2<f32>, X_QUADS>();
  if (NORM == LAYER_NORM) {
    layer_statistics(first_row, last_row, local_index);
    // @unroll
    for (var i = 0u; i < X_QUADS; i++) {
      statistics[i] = layer_statistic(x_row + i * (WORKGROUP / 8u));
    }
  }
  var squares = array<f32, X_QUADS>();
  var quads = array<vec4<f32>, X_QUADS>();
  var units = array<Unit, LANE_UNITS>();
  // @unroll
  for (var i = 0u; i < X_QUADS; i++) {
    quads[i] = x_quad(min(first_row + x_row + i * (WORKGROUP / 8u), last_row), x_column);
  }
  // @unroll
  for (var i = 0u; i < LANE_UNITS; i++) {
    let row = min(first_weight + weight_row + i * (WORKGROUP / 4u), WEIGHT_ROWS - 1u);
    units[i] = load_unit(row, min(own_unit, UNITS - 1u));
  }

  var sums = array<vec4<f32>, 4u * ROW_QUADS * OUTPUT_QUADS>();
  for (var block = 0u; block < BLOCKS; block++) {
    // @unroll
    for (var o = 0u; o < OCTETS; o++) {
      let first_column = (block * OCTETS + o) * CHUNK;
      workgroupBarrier();
      // @unroll
      for (var i = 0u; i < X_QUADS; i++) {
        let row = x_row + i * (WORKGROUP / 8u);
        if (NORM == RMS_NORM) {
          squares[i] += dot(quads[i], quads[i]);
        }
        let normed = normed_quad(quads[i], first_column + x_column, statistics[i]);
        // @unroll
        for (var e = 0u; e < 4u; e++) {
          x_tile[x_place(x_column + e, row / 4u)][row % 4u] = normed[e];
        }
      }
      // @unroll
      for (var i = 0u; i < LANE_UNITS; i++) {
        let row = weight_row + i * (WORKGROUP / 4u);
        let numbers = octet_numbers(units[i], o);
        // @unroll
        for (var e = 0u; e < 8u; e++) {
          weight_tile[weight_place(own_unit * 8u + e, row / 4u)][row % 4u] = numbers[e / 4u][e % 4u];
        }
      }
      workgroupBarrier();
      if (block * OCTETS + o + 1u < BLOCKS * OCTETS) {
        // @unroll
        for (var i = 0u; i < X_QUADS; i++) {
          let row = min(first_row + x_row + i * (WORKGROUP / 8u), last_row);
          quads[i] = x_quad(row, first_column + CHUNK + x_column);
        }
        if (o + 1u == OCTETS) {
          // @unroll
          for (var i = 0u; i < LANE_UNITS; i++) {
            let row = min(first_weight + weight_row + i * (WORKGROUP / 4u), WEIGHT_ROWS - 1u);
            units[i] = load_unit(row, min((block + 1u) * 4u + own_unit, UNITS - 1u));
          }
        }
      }
      for (var four = 0u; four < CHUNK; four += 4u) {
        // @unroll
        for (var k = 0u; k < 4u; k++) {
          var weights = array<vec4<f32>, OUTPUT_QUADS>();
          // @unroll
          for (var p = 0u; p < OUTPUT_QUADS; p++) {
            weights[p] = weight_tile[weight_place(four + k, output_lane + p * OUTPUT_LANES)];
          }
          // @unroll
          for (var q = 0u; q < ROW_QUADS; q++) {
            let rows = x_tile[x_place(four + k, row_lane + q * ROW_LANES)];
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              // @unroll
              for (var p = 0u; p < OUTPUT_QUADS; p++) {
                sums[(q * 4u + e) * OUTPUT_QUADS + p] = fma(vec4<f32>(rows[e]), weights[p], sums[(q * 4u + e) * OUTPUT_QUADS + p]);
              }
            }
          }
        }
      }
    }
  }

  if (NORM == RMS_NORM) {
    workgroupBarrier();
    // @unroll
    for (var i = 0u; i < X_QUADS; i++) {
      let row = x_row + i * (WORKGROUP / 8u);
      x_tile[row * 2u + local_index / 4u % 2u][local_index % 4u] = squares[i];
    }
    workgroupBarrier();
  }
  // @unroll
  for (var q = 0u; q < ROW_QUADS; q++) {
    // @unroll
    for (var e = 0u; e < 4u; e++) {
      let tile_row = (row_lane + q * ROW_LANES) * 4u + e;
      let row = first_row + tile_row;
      var factor = 1.0;
      if (NORM == RMS_NORM) {
        factor = rms_factor(sum_of(x_tile[tile_row * 2u] + x_tile[tile_row * 2u + 1u]));
      }
      // @unroll
      for (var p = 0u; p < OUTPUT_QUADS; p++) {
        let products = factor * sums[(q * 4u + e) * OUTPUT_QUADS + p];
        let output = (first_weight + (output_lane + p * OUTPUT_LANES) * 4u) / GATE_WIDTH;
        // @unroll
        for (var i = 0u; i < 4u / GATE_WIDTH; i++) {
          if (row <= last_row && output + i < PART_OUTPUTS) {
            write_output(row, output + i, products[i * GATE_WIDTH], products[i * GATE_WIDTH + GATE_WIDTH - 1u]);
          }
        }
      }
    }
  }
}
