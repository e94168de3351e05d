import type { MatrixLayout } from "../../gpu-weights/matrix-layout.ts";
import { ModelError } from "../../model-error.ts";

/** What becomes of a product p = norm(x) · weightᵀ + bias. */
export type LinearOutput =
  /** out = p. */
  | "write"
  /** out += p. */
  | "add"
  /** out = silu(p), or gelu(p) by the tanh form. */
  | "silu"
  | "gelu"
  /** out = silu(gate) · up, or gelu(gate) · up, where even rows of the weight are the gate's and odd ones those of up. */
  | "silu-gate"
  | "gelu-gate";

/** A matrix product; kernels of equal shapes are compiled once. */
export interface LinearShape {
  /** [outputs, inputs], or interleaved [2 · outputs, inputs] for a gate. A GpuMatrix is one. */
  readonly weight: MatrixLayout;
  /** Of x, before the product. */
  readonly norm?: { readonly kind: "rms" | "layer"; readonly epsilon: number } | undefined;
  readonly bias?: boolean | undefined;
  readonly output: LinearOutput;
  /** Rows of x at most. */
  readonly maxRows: number;
  /** Length of a row of `out`, default the outputs, and the column of output 0, default 0. */
  readonly outPitch?: number | undefined;
  readonly firstOutput?: number | undefined;
}

/** A shape with nothing left to default. */
export interface ResolvedLinear {
  readonly shape: LinearShape;
  readonly inputs: number;
  readonly outputs: number;
  /** Weight rows of one output. */
  readonly gateWidth: 1 | 2;
  readonly outPitch: number;
  readonly firstOutput: number;
}

function refuse(name: string, expected: string, got: unknown): never {
  throw new ModelError("bad-option", `createLinear: ${name}: expected ${expected}, got ${got}`);
}

function expectCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  refuse(name, `a whole number of at least ${least}`, value);
}

/** @throws ModelError "bad-option" for a shape that cannot be. */
export function resolveLinear(shape: LinearShape): ResolvedLinear {
  const { weight, output, maxRows, bias, norm } = shape;
  const gateWidth = output.endsWith("-gate") ? 2 : 1;
  const order = gateWidth === 2 ? "interleaved" : "stacked";
  if (weight.order !== order)
    refuse("weight", `${order} rows for output "${output}"`, weight.order);
  if (gateWidth === 2 && bias) refuse("bias", `none for output "${output}"`, bias);
  if (norm && !(norm.epsilon >= 0)) refuse("norm: epsilon", "a number of at least 0", norm.epsilon);
  expectCount("maxRows", maxRows, 1);
  const outputs = weight.rows / gateWidth;
  const { outPitch = outputs, firstOutput = 0 } = shape;
  expectCount("firstOutput", firstOutput, 0);
  expectCount("outPitch", outPitch, firstOutput + outputs);
  return { shape, inputs: weight.columns, outputs, gateWidth, outPitch, firstOutput };
}
