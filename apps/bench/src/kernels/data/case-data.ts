import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { DType, Shape } from "@sift-attention/tensor";
import { type KernelCase, keysShape, scalesShape } from "../cases/kernel-case.ts";
import { plantBuffers } from "./plant-buffers.ts";
import { type PlantedBands, plantBands } from "./planted-bands.ts";
import { plantQueries } from "./planted-queries.ts";

/** Keys and values of one layer, f16 or i8 [batch, kvHeads, context, headDim]. */
export interface BufferSet {
  readonly keys: GpuBuffer;
  readonly values: GpuBuffer;
  /** Of i8: f32 [batch, kvHeads, context]. */
  readonly keyScales?: GpuBuffer<"f32">;
  readonly valueScales?: GpuBuffer<"f32">;
}

/** The data of a case on the device: the same numbers in every set, at other addresses. */
export interface CaseData {
  readonly kernelCase: KernelCase;
  readonly bands: PlantedBands;
  /** [batch, queryHeads, headDim]. */
  readonly queries: Float32Array<ArrayBuffer>;
  /** The same. */
  readonly queriesBuffer: GpuBuffer<"f32">;
  readonly sets: readonly BufferSet[];
  dispose(): void;
}

/** What of a case's data is chosen. */
export interface CaseDataOptions {
  /** Kept fractions that a threshold must exist for. */
  readonly fractions: readonly number[];
  readonly sets: number;
}

/**
 * Makes the buffers, plants the first set and copies it to the others.
 * @throws GpuError "out-of-memory" or "over-limit"; nothing is left behind.
 */
export async function createCaseData(
  gpu: Gpu,
  kernelCase: KernelCase,
  { fractions, sets: count }: CaseDataOptions,
): Promise<CaseData> {
  const { shape, batch, context } = kernelCase;
  const bands = plantBands(fractions, context);
  const planted = plantQueries(shape.geometry, batch, shape.name);
  const owned: GpuBuffer[] = [];
  const dispose = () => {
    for (const buffer of owned) buffer.dispose();
  };
  try {
    const queriesBuffer = createQueries(gpu, kernelCase, planted.queries);
    owned.push(queriesBuffer);
    const sets = Array.from({ length: count }, () => createSet(gpu, kernelCase, owned));
    await plantBuffers(gpu, { kernelCase, bands, planted, queriesBuffer, sets });
    return { kernelCase, bands, queries: planted.queries, queriesBuffer, sets, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function createQueries(
  gpu: Gpu,
  { shape, batch }: KernelCase,
  data: Float32Array<ArrayBuffer>,
): GpuBuffer<"f32"> {
  const { queryHeads, headDim } = shape.geometry;
  return gpu.createBuffer({
    label: "queries",
    dtype: "f32",
    shape: [batch, queryHeads, headDim],
    usage: "storage",
    data,
  });
}

function createSet(gpu: Gpu, kernelCase: KernelCase, owned: GpuBuffer[]): BufferSet {
  const create = <D extends DType>(label: string, dtype: D, shape: Shape): GpuBuffer<D> => {
    const buffer = gpu.createBuffer({ label, dtype, shape, usage: "storage" });
    owned.push(buffer);
    return buffer;
  };
  const { kvType } = kernelCase;
  const rows = (label: string) => create(label, kvType, keysShape(kernelCase));
  const scales = (label: string) => create(label, "f32", scalesShape(kernelCase));
  const set = { keys: rows("keys"), values: rows("values") };
  if (kvType === "f16") return set;
  return { ...set, keyScales: scales("keyScales"), valueScales: scales("valueScales") };
}
