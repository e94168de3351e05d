import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import type { BoundRows } from "./bind-rows.ts";
import { packRowPlaces, type RowPlace } from "./row-place.ts";

type Round = (value: number) => number;

/** An operator's definition in float64, and with every operation rounded to float32. */
export function inBothPrecisions<Result>(define: (round: Round) => Result): [Result, Result] {
  return [define((value) => value), define(Math.fround)];
}

/** `count` seeded normal numbers. */
export function normals(count: number, seed: number): Float32Array<ArrayBuffer> {
  const normal = createNormal(createRandom(seed));
  return Float32Array.from({ length: count }, normal);
}

export function floatBuffer(gpu: Gpu, data: Float32Array): GpuBuffer<"f32"> {
  const shape = [data.length];
  return gpu.createBuffer({ label: "numbers", dtype: "f32", shape, usage: "storage", data });
}

/** Of numbers that a test would notice if they stayed. */
export function unsetBuffer(gpu: Gpu, count: number): GpuBuffer<"f32"> {
  return floatBuffer(gpu, new Float32Array(count).fill(Number.NaN));
}

export function wordBuffer(gpu: Gpu, data: Uint32Array): GpuBuffer<"u32"> {
  const shape = [data.length];
  return gpu.createBuffer({ label: "words", dtype: "u32", shape, usage: "storage", data });
}

export function placesBuffer(gpu: Gpu, places: readonly RowPlace[]): GpuBuffer<"u32"> {
  const limits = { slots: 2 ** 20, capacity: 2 ** 20, vocabularySize: 2 ** 20 };
  return wordBuffer(gpu, packRowPlaces(places, limits));
}

/** Submits one operator over rows. */
export function runRows(gpu: Gpu, bound: BoundRows, rows: number): void {
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    bound.record(pass, rows);
    pass.end();
  });
}
