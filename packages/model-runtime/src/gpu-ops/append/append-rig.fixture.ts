import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { decodeF16Array } from "@sift-attention/tensor";
import {
  floatBuffer,
  placesBuffer,
  runRows,
  unsetBuffer,
  wordBuffer,
} from "../row-places/row-rig.fixture.ts";
import { createAppend } from "./append.ts";
import type { AppendCase, AppendedRows } from "./append-case.fixture.ts";
import type { AppendOptions } from "./append-options.ts";
import { createRotaryTable } from "./rotary-table.ts";

function cacheOf(gpu: Gpu, options: AppendOptions, held?: Float32Array<ArrayBuffer>): GpuBuffer {
  const { geometry, slots, capacity, kvType } = options;
  if (held) return floatBuffer(gpu, held);
  const count = slots * geometry.kvHeads * capacity * geometry.headDim;
  if (kvType === "f32") return unsetBuffer(gpu, count);
  return wordBuffer(gpu, new Uint32Array(count / 2).fill(0x7e007e00)); // NaN, NaN
}

async function readCache(gpu: Gpu, cache: GpuBuffer): Promise<Float32Array> {
  const { buffer } = await gpu.read(cache);
  if (cache.dtype === "f32") return new Float32Array(buffer);
  return decodeF16Array(new Uint16Array(buffer));
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
  });
  runRows(gpu, bound, each.places.length);
  return {
    queries: await gpu.read(queries),
    keys: await readCache(gpu, keys),
    values: await readCache(gpu, values),
    valueSums: await gpu.read(valueSums),
  };
}
