import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { type MemoryTensor, memoryTensor } from "../../gpu-weights/stored-tensor.fixture.ts";
import { uploadMatrix } from "../../gpu-weights/upload-matrix.ts";
import type { TensorFormat } from "../../weights/tensor-format.ts";
import { createLinear } from "./create-linear.ts";
import type { LinearOutput, LinearShape } from "./linear-shape.ts";

/** A product with all its numbers. */
export interface LinearCase {
  /** One tensor, two for a gate, several for a stack. */
  readonly tensors: readonly MemoryTensor[];
  readonly output: LinearOutput;
  readonly norm?: { readonly kind: "rms" | "layer"; readonly epsilon: number } | undefined;
  readonly bias: Float32Array<ArrayBuffer> | undefined;
  readonly inputs: number;
  readonly outputs: number;
  /** [maxRows, inputs]; the rows beyond those of a call are not numbers. */
  readonly x: Float32Array<ArrayBuffer>;
  readonly normWeight: Float32Array<ArrayBuffer>;
  readonly normBias: Float32Array<ArrayBuffer>;
  /** What `out` holds before: [maxRows, outputs]. */
  readonly before: Float32Array<ArrayBuffer>;
  readonly maxRows: number;
}

export interface CaseOptions {
  readonly format: TensorFormat;
  readonly inputs: number;
  readonly outputs: number;
  readonly maxRows: number;
  readonly output?: LinearOutput;
  readonly norm?: "rms" | "layer";
  readonly bias?: boolean;
}

function normals(count: number, seed: number, mean = 0): Float32Array<ArrayBuffer> {
  const normal = createNormal(createRandom(seed));
  return Float32Array.from({ length: count }, () => mean + normal());
}

/** A case of random numbers. */
export function linearCase(options: CaseOptions): LinearCase {
  const { format, inputs, outputs, maxRows, output = "write", norm, bias = false } = options;
  const isGate = output.endsWith("-gate");
  return {
    tensors: (isGate ? [3, 4] : [3]).map((seed) => memoryTensor(format, outputs, inputs, seed)),
    output,
    norm: norm && { kind: norm, epsilon: 1e-5 },
    bias: bias ? normals(outputs, 5) : undefined,
    inputs,
    outputs,
    x: normals(maxRows * inputs, 6, norm === "layer" ? 0.5 : 0),
    normWeight: normals(inputs, 7, 1),
    normBias: normals(inputs, 8),
    before: normals(maxRows * outputs, 9),
    maxRows,
  };
}

type Round = (value: number) => number;

/** norm(x[r]) in float64, or with one rounding an operation. */
function normedRow(linear: LinearCase, row: number, round: Round): Float64Array {
  const { inputs, norm, normWeight, normBias } = linear;
  const x = Float64Array.from(linear.x.subarray(row * inputs, (row + 1) * inputs));
  if (!norm) return x;
  const sum = (of: (v: number) => number) => x.reduce((total, v) => round(total + round(of(v))), 0);
  const mean = norm.kind === "layer" ? round(sum((v) => v) / inputs) : 0;
  const variance = round(sum((v) => round(v - mean) ** 2) / inputs);
  const factor = round(1 / Math.sqrt(round(variance + norm.epsilon)));
  return x.map((v, i) => {
    const scaled = round(round(round(v - mean) * factor) * normWeight[i]!);
    return norm.kind === "layer" ? round(scaled + normBias[i]!) : scaled;
  });
}

function activate(output: LinearOutput, value: number): number {
  if (output.startsWith("silu")) return value / (1 + Math.exp(-value));
  if (!output.startsWith("gelu")) return value;
  return (value / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)));
}

/** out [rows, outputs] after a call, every operation rounded. */
export function multiply(linear: LinearCase, rows: number, round: Round): Float64Array {
  const { tensors, inputs, outputs, output, bias, before } = linear;
  const out = new Float64Array(rows * outputs);
  const weights =
    tensors.length > 1 && !output.endsWith("-gate")
      ? [stack(tensors)]
      : tensors.map(({ numbers }) => numbers);
  for (let r = 0; r < rows; r++) {
    const x = normedRow(linear, r, round);
    const products = (weight: Float32Array, j: number): number => {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum = round(sum + round(x[i]! * weight[j * inputs + i]!));
      return sum;
    };
    for (let j = 0; j < outputs; j++) {
      let value = products(weights[0]!, j);
      if (bias) value = round(value + bias[j]!);
      value = round(activate(output, value));
      if (output.endsWith("-gate")) value = round(value * products(weights[1]!, j));
      if (output === "add") value = round(value + before[r * outputs + j]!);
      out[r * outputs + j] = value;
    }
  }
  return out;
}

function stack(tensors: readonly MemoryTensor[]): Float32Array {
  return Float32Array.from(tensors.flatMap(({ numbers }) => [...numbers]));
}

/** A case on the device: runs calls of any number of rows. */
export interface LinearRun extends Disposable {
  readonly shape: LinearShape;
  /** All of `out` after a call: [maxRows, outputs]. */
  run(rows: number): Promise<Float32Array>;
}

/** Uploads a case and compiles its product. */
export async function openCase(gpu: Gpu, linear: LinearCase): Promise<LinearRun> {
  const { output, norm, maxRows } = linear;
  const order = output.endsWith("-gate") ? "interleaved" : "stacked";
  const weight = await uploadMatrix(gpu, linear.tensors, { order });
  const bias = linear.bias !== undefined;
  const shape: LinearShape = { weight, output, norm, maxRows, bias };
  const kernel = await createLinear(gpu, shape);
  const floats = (label: string, data: Float32Array<ArrayBuffer>): GpuBuffer<"f32"> =>
    gpu.createBuffer({ label, dtype: "f32", shape: [data.length], usage: "storage", data });
  const buffers = {
    x: floats("x", linear.x),
    out: floats("out", linear.before),
    ...(norm && { normWeight: floats("norm weight", linear.normWeight) }),
    ...(norm?.kind === "layer" && { normBias: floats("norm bias", linear.normBias) }),
    ...(linear.bias && { bias: floats("bias", linear.bias) }),
  };
  const bound = kernel.bind({ ...buffers, weight });
  return {
    shape,
    async run(rows) {
      gpu.write(buffers.out, linear.before);
      gpu.submit((encoder) => {
        const pass = encoder.beginComputePass();
        bound.record(pass, rows);
        pass.end();
      });
      return await gpu.read(buffers.out);
    },
    [Symbol.dispose]() {
      weight.dispose();
      for (const buffer of Object.values(buffers)) buffer.dispose();
    },
  };
}
