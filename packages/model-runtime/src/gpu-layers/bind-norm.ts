import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { createNorm } from "../gpu-ops/norm/norm.ts";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import type { NormWeights } from "./decoder-weights.ts";

/** Compiles a norm and binds it. */
export async function bindNorm(
  gpu: Gpu,
  { norm, weight, bias }: NormWeights,
  buffers: {
    readonly x: GpuBuffer<"f32">;
    readonly out: GpuBuffer<"f32">;
    readonly output: "write" | "add";
  },
): Promise<BoundRows> {
  const { kind, width, epsilon } = norm;
  const { x, out, output } = buffers;
  const kernel = await createNorm(gpu, { kind, width, epsilon, output });
  return kernel.bind({ x, weight, ...(bias && { bias }), out });
}
