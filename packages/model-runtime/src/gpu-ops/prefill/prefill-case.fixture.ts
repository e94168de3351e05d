import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { type CausalCall, causalAttention } from "@sift-attention/reference-attention";
import { quantiseRows } from "@sift-attention/sift-attention-kernels";
import { decodeF16Array, encodeF16Array } from "@sift-attention/tensor";
import {
  floatBuffer,
  normals,
  placesBuffer,
  runRows,
  unsetBuffer,
  wordBuffer,
} from "../row-places/row-rig.fixture.ts";
import { rowScaleBytes, scalePitch } from "../row-scales/row-scales.ts";
import type { PrefillAttention } from "./prefill-attention.ts";
import type { PrefillOptions } from "./prefill-options.ts";

/** Rows of one slot. Other slots, and keys after the last row, are NaN: a kernel that uses one shows it. */
export interface PrefillCase {
  readonly options: PrefillOptions;
  readonly rows: number;
  readonly firstPosition: number;
  readonly slot: number;
  /** [rows, queryHeads, headDim]. */
  readonly queries: Float32Array<ArrayBuffer>;
  /** [slots, kvHeads, capacity, headDim], of numbers that the KV type holds. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

export type PrefillRows = Pick<PrefillCase, "rows" | "firstPosition" | "slot">;

function fillCache(
  options: PrefillOptions,
  { rows, firstPosition, slot }: PrefillRows,
  seed: number,
): Float32Array {
  const { geometry, slots, capacity, kvType } = options;
  const { kvHeads, headDim } = geometry;
  const cache = new Float32Array(slots * kvHeads * capacity * headDim).fill(Number.NaN);
  const count = (firstPosition + rows) * headDim;
  for (let head = 0; head < kvHeads; head++) {
    cache.set(normals(count, seed + head), (slot * kvHeads + head) * capacity * headDim);
  }
  if (kvType === "i8") return storedRows(cache, headDim);
  return kvType === "f16" ? decodeF16Array(encodeF16Array(cache)) : cache;
}

/** Whole numbers and scales of rows; rows of NaN have a scale of NaN. */
function quantised(
  cache: Float32Array,
  headDim: number,
): { readonly numbers: Int8Array<ArrayBuffer>; readonly scales: Float32Array<ArrayBuffer> } {
  const { numbers, scales } = quantiseRows(
    cache.map((x) => (Number.isNaN(x) ? 0 : x)),
    headDim,
  );
  const told = scales.map((scale, row) =>
    Number.isNaN(cache[row * headDim]) ? Number.NaN : scale,
  );
  return { numbers, scales: told };
}

/** By scales of 16 digits, so that products are exact, and rows that were stored once are stored as the same again. */
function storedRows(cache: Float32Array, headDim: number): Float32Array {
  const { numbers, scales } = quantised(cache, headDim);
  const bits = new Uint32Array(scales.buffer).map((word) => word & 0xffffff00);
  const short = new Float32Array(bits.buffer);
  return Float32Array.from(numbers, (number, i) => number * short[Math.floor(i / headDim)]!);
}

function scalesBuffer(gpu: Gpu, { options, keys, values }: PrefillCase): GpuBuffer | undefined {
  if (options.kvType !== "i8") return undefined;
  const data = new Float32Array(rowScaleBytes(options) / 4).fill(Number.NaN);
  data.set(quantised(keys, options.geometry.headDim).scales);
  data.set(quantised(values, options.geometry.headDim).scales, scalePitch(options));
  return floatBuffer(gpu, data);
}

export function prefillCase(options: PrefillOptions, rows: PrefillRows): PrefillCase {
  const { queryHeads, headDim } = options.geometry;
  return {
    options,
    ...rows,
    queries: normals(rows.rows * queryHeads * headDim, 1),
    keys: fillCache(options, rows, 10),
    values: fillCache(options, rows, 100),
  };
}

/** The slot's rows alone. */
function slotRows({ options, slot }: PrefillCase, cache: Float32Array): Float32Array {
  const { geometry, capacity } = options;
  const size = geometry.kvHeads * capacity * geometry.headDim;
  return cache.subarray(slot * size, (slot + 1) * size);
}

/** What attention is by definition: [rows, queryHeads, headDim]. */
export function expectedOutput(each: PrefillCase, precision: "f64" | "f32"): Float64Array {
  const { geometry, capacity, scale, window } = each.options;
  const { rows, firstPosition } = each;
  const call: CausalCall = {
    geometry,
    capacity,
    scale,
    rows,
    firstPosition,
    precision,
    query: each.queries,
    keys: slotRows(each, each.keys),
    values: slotRows(each, each.values),
    ...(window !== undefined && {
      rule: { kind: "sliding-window", sinks: 0, window, droppedMass: "renormalise" },
    }),
  };
  return causalAttention(call).output;
}

function cacheBuffer(
  gpu: Gpu,
  { kvType, geometry }: PrefillOptions,
  cache: Float32Array,
): GpuBuffer {
  if (kvType === "i8") {
    const { numbers } = quantised(cache, geometry.headDim);
    return wordBuffer(gpu, new Uint32Array(numbers.buffer));
  }
  if (kvType === "f32") return floatBuffer(gpu, cache);
  return wordBuffer(gpu, new Uint32Array(encodeF16Array(cache).buffer));
}

/** The compiled kernel over a case of its options. */
export async function runPrefill(
  gpu: Gpu,
  attention: PrefillAttention,
  each: PrefillCase,
): Promise<Float32Array> {
  const { options, rows, firstPosition, slot } = each;
  const places = Array.from({ length: rows }, (_, r) => ({ slot, position: firstPosition + r }));
  using queries = floatBuffer(gpu, each.queries);
  using keys = cacheBuffer(gpu, options, each.keys);
  using values = cacheBuffer(gpu, options, each.values);
  using scales = scalesBuffer(gpu, each);
  using packed = placesBuffer(gpu, places);
  using out = unsetBuffer(gpu, each.queries.length);
  const buffers = { queries, keys, values, places: packed, out, ...(scales && { scales }) };
  runRows(gpu, attention.bind(buffers), rows);
  return gpu.read(out);
}
