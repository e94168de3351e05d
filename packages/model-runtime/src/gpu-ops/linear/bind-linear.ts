import type { BoundBuffer } from "@sift-attention/gpu";
import { matrixBindings } from "../../gpu-weights/gpu-matrix.ts";
import type { MatrixLayout } from "../../gpu-weights/matrix-layout.ts";
import { ModelError } from "../../model-error.ts";
import type { BoundLinear, LinearBuffers } from "./linear-kernel.ts";
import type { ResolvedLinear } from "./linear-shape.ts";
import { stageFor } from "./plan-part.ts";
import type { LinearPipeline, PlannedLinear } from "./planned-linear.ts";

/** One compiled kernel of a part. */
export interface LinearStage extends PlannedLinear {
  readonly kernel: LinearPipeline;
}

function boundBytes(buffer: BoundBuffer): number {
  if (!("buffer" in buffer)) return "raw" in buffer ? buffer.raw.size : buffer.size;
  const whole = "raw" in buffer.buffer ? buffer.buffer.raw.size : buffer.buffer.size;
  return buffer.size ?? whole - (buffer.offset ?? 0);
}

function expectFloats(name: string, buffer: BoundBuffer | undefined, count: number): void {
  const bytes = buffer ? boundBytes(buffer) : 0;
  if (buffer && bytes >= count * 4) return;
  throw new ModelError(
    "bad-tensor",
    `linear: ${name}: expected at least ${count * 4} bytes, got ${buffer ? bytes : "no buffer"}`,
  );
}

function expectVector(
  name: string,
  wanted: boolean,
  buffer: BoundBuffer | undefined,
  count: number,
): void {
  if (wanted) expectFloats(name, buffer, count);
  else if (buffer) {
    throw new ModelError(
      "bad-tensor",
      `linear: ${name}: expected none for this shape, got a buffer`,
    );
  }
}

function layoutText({ rows, columns, order, parts }: MatrixLayout): string {
  const formats = parts.map((part) => `${part.rows} ${part.format}`).join(" + ");
  return `[${rows}, ${columns}] ${order} (${formats})`;
}

function expectBuffers(
  { shape, inputs, outputs, outPitch }: ResolvedLinear,
  buffers: LinearBuffers,
): void {
  const [expected, got] = [layoutText(shape.weight), layoutText(buffers.weight)];
  if (expected !== got) {
    throw new ModelError("bad-tensor", `linear: weight: expected ${expected}, got ${got}`);
  }
  expectFloats("x", buffers.x, shape.maxRows * inputs);
  expectFloats("out", buffers.out, shape.maxRows * outPitch);
  expectVector("normWeight", shape.norm !== undefined, buffers.normWeight, inputs);
  expectVector("normBias", shape.norm?.kind === "layer", buffers.normBias, inputs);
  expectVector("bias", shape.bias ?? false, buffers.bias, outputs);
}

function expectRows(rows: number, maxRows: number): void {
  if (Number.isSafeInteger(rows) && rows >= 1 && rows <= maxRows) return;
  throw new ModelError("bad-option", `linear: rows: expected 1 to ${maxRows}, got ${rows}`);
}

/** Binds every stage of every part to the same buffers. */
export function bindLinear(
  linear: ResolvedLinear,
  parts: readonly (readonly LinearStage[])[],
  buffers: LinearBuffers,
): BoundLinear {
  expectBuffers(linear, buffers);
  const { x, out, normWeight = x, normBias = x, bias = x, weight } = buffers;
  const groups = parts.map((stages, i) => {
    const shared = { ...matrixBindings(weight.parts[i]!), x, bias, out };
    return stages.map(({ kernel }) =>
      kernel.bind({ ...shared, norm_weight: normWeight, norm_bias: normBias }),
    );
  });
  const { maxRows } = linear.shape;
  return {
    record(pass, rows) {
      expectRows(rows, maxRows);
      for (let i = 0; i < parts.length; i++) {
        const stages = parts[i]!;
        const index = stageFor(stages, rows);
        const { kernel, tiles, blockRows } = stages[index]!;
        kernel.record(pass, groups[i]![index]!, [
          tiles + ((rows - 1) % blockRows),
          Math.ceil(rows / blockRows),
        ]);
      }
    },
  };
}
