import { createNormal, createRandom } from "@sift-attention/testing/random";
import type { CpuMatrix, CpuOps, CpuRegion } from "./cpu-ops.ts";
import { createPlainOps } from "./plain-ops.ts";
import { createWasmOps } from "./wasm-ops.ts";

/** What every test of an operator runs against. */
export const implementations: readonly {
  readonly name: string;
  create(): Promise<CpuOps>;
}[] = [
  { name: "plain", create: async () => createPlainOps() },
  { name: "wasm, 1 thread", create: () => createWasmOps({ threads: 1 }) },
  { name: "wasm, 2 threads", create: () => createWasmOps({ threads: 2 }) },
];

/** `count` seeded normal numbers. */
export function normals(count: number, seed: number): Float32Array {
  const normal = createNormal(createRandom(seed));
  return Float32Array.from({ length: count }, normal);
}

/** A region that holds these numbers. */
export function regionOf(ops: CpuOps, numbers: Float32Array): CpuRegion {
  const region = ops.allocate(numbers.byteLength);
  region.floats().set(numbers);
  return region;
}

/** A region of `count` numbers that a test would notice if they stayed. */
export function unsetRegion(ops: CpuOps, count: number): CpuRegion {
  return regionOf(ops, new Float32Array(count).fill(Number.NaN));
}

/** An f32 matrix of these numbers. */
export function matrixOf(ops: CpuOps, numbers: Float32Array, columns: number): CpuMatrix {
  const region = regionOf(ops, numbers);
  return { region, format: "f32", rows: numbers.length / columns, columns };
}
