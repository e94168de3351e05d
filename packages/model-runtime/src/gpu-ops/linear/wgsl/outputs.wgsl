// What becomes of a product: out = f(product + bias), out += product + bias, or out = f(gate) · up.
const NO_ACTIVATION = 0u;
const SILU = 1u;
const GELU = 2u;
const WEIGHT_ROWS = PART_OUTPUTS * GATE_WIDTH;

@group(0) @binding(5) var<storage, read> bias: array<f32>; // [outputs]
@group(0) @binding(6) var<storage, read_write> out: array<f32>; // [rows, OUT_PITCH]

// silu(v) = v · σ(v); gelu(v) = v / 2 · (1 + tanh(√(2/π) · (v + 0.044715 v³))) = v · σ(√(8/π) · (v + 0.044715 v³)).
fn activate(value: f32) -> f32 {
  if (ACTIVATION == NO_ACTIVATION) {
    return value;
  }
  let inner = select(value, 1.5957691216057308 * (value + 0.044715 * value * value * value), ACTIVATION == GELU);
  return value / (1.0 + exp(min(-inner, 80.0)));
}

fn write_output(row: u32, output: u32, product: f32, up: f32) {
  var value = product;
  if (BIASED == 1u) {
    value += bias[FIRST_OUTPUT + output];
  }
  value = activate(value);
  if (GATE_WIDTH == 2u) {
    value *= up;
  }
  let at = row * OUT_PITCH + OUT_COLUMN + output;
  if (ADDED == 1u) {
    value += out[at];
  }
  out[at] = value;
}
