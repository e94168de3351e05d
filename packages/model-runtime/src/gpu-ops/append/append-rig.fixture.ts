import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { quantiseRows } from "@sift-attention/sift-attention-kernels";
import { decodeF16Array } from "@sift-attention/tensor";
import {
  floatBuffer,
  placesBuffer,
  runRows,
  unsetBuffer,
  wordBuffer,
} from "../row-places/row-rig.fixture.ts";
import { rowScaleBytes, scalePitch } from "../row-scales/row-scales.ts";
import { createAppend } from "./append.ts";
import type { AppendCase, AppendedRows } from "./append-case.fixture.ts";
import type { AppendOptions } from "./append-options.ts";
import { createRotaryTable } from "./rotary-table.ts";

function cacheOf(gpu: Gpu, options: AppendOptions, held?: Float32Array<ArrayBuffer>): GpuBuffer {
  const { geometry, slots, capacity, kvType } = options;
  const count = slots * geometry.kvHeads * capacity * geometry.headDim;
  if (kvType === "i8") return numbersBuffer(gpu, held ?? new Float32Array(count), geometry.headDim);
  if (held) return floatBuffer(gpu, held);
  if (kvType === "f32") return unsetBuffer(gpu, count);
  return wordBuffer(gpu, new Uint32Array(count / 2).fill(0x7e007e00)); // NaN, NaN
}

function numbersBuffer(gpu: Gpu, rows: Float32Array, headDim: number): GpuBuffer<"i8"> {
  const { numbers: data } = quantiseRows(rows, headDim);
  return gpu.createBuffer({
    ...{ label: "whole numbers", dtype: "i8", usage: "storage" },
    ...{ shape: [data.length], data },
  });
}

/** NaN where the cache is not written, so that its rows are no numbers. */
function scalesOf(gpu: Gpu, options: AppendOptions, values?: Float32Array): GpuBuffer<"f32"> {
  const data = new Float32Array(rowScaleBytes(options) / 4).fill(Number.NaN);
  if (values) {
    data.set(quantiseRows(values, options.geometry.headDim).scales, scalePitch(options));
  }
  return floatBuffer(gpu, data);
}

/** [slots, kvHeads, capacity, headDim]: number · scale of its row. */
function scaled(numbers: Int8Array, scales: Float32Array, headDim: number): Float32Array {
  return Float32Array.from(numbers, (number, i) => number * scales[Math.floor(i / headDim)]!);
}

async function readCache(gpu: Gpu, cache: GpuBuffer): Promise<Float32Array> {
  const { buffer } = await gpu.read(cache);
  if (cache.dtype === "f32") return new Float32Array(buffer);
  return decodeF16Array(new Uint16Array(buffer));
}

async function readNumbers(gpu: Gpu, cache: GpuBuffer): Promise<Int8Array> {
  const { buffer, byteOffset, byteLength } = await gpu.read(cache);
  return new Int8Array(buffer, byteOffset, byteLength);
}

/** The kernel over a case. */
export async function runAppend(gpu: Gpu, { options, ...each }: AppendCase): Promise<AppendedRows> {
  const append = await createAppend(gpu, options);
  const { capacity, geometry, rotary, headNorms } = options;
  using qkv = floatBuffer(gpu, each.qkv);
  using packed = placesBuffer(gpu, each.places);
  using queries = unsetBuffer(gpu, each.places.length * geometry.queryHeads * geometry.headDim);
  using keys = cacheOf(gpu, options);
  using values = cacheOf(gpu, options, each.values);
  const sumCount = options.slots * geometry.kvHeads * geometry.headDim;
  using valueSums = each.valueSums ? floatBuffer(gpu, each.valueSums) : unsetBuffer(gpu, sumCount);
  using norms = floatBuffer(gpu, Float32Array.of(...each.queryNorm, ...each.keyNorm));
  using scales = options.kvType === "i8" ? scalesOf(gpu, options, each.values) : undefined;
  const { frequencies } = each;
  using angles = rotary && createRotaryTable(gpu, { label: "angles", frequencies, capacity });
  const bound = append.bind({
    qkv,
    places: packed,
    queries,
    keys,
    values,
    valueSums,
    ...(angles && { angles }),
    ...(headNorms && { headNorms: norms }),
    ...(scales && { scales }),
  });
  runRows(gpu, bound, each.places.length);
  const rowScales = scales && (await gpu.read(scales));
  const read = async (cache: GpuBuffer, first: number): Promise<Float32Array> =>
    rowScales
      ? scaled(await readNumbers(gpu, cache), rowScales.subarray(first), geometry.headDim)
      : readCache(gpu, cache);
  return {
    queries: await gpu.read(queries),
    keys: await read(keys, 0),
    values: await read(values, scalePitch(options)),
    valueSums: await gpu.read(valueSums),
  };
}
