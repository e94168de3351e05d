import {
  type ConstantValues,
  createKernel,
  type Gpu,
  type GpuBuffer,
  type Kernel,
} from "@sift-attention/gpu";
import { groupSize } from "@sift-attention/tensor";
import type { KernelCase } from "../cases/kernel-case.ts";
import type { BufferSet } from "./case-data.ts";
import { plantKeys } from "./plant-keys.ts";
import { plantValues } from "./plant-values.ts";
import { JITTER, type PlantedBands } from "./planted-bands.ts";
import type { PlantedQueries } from "./planted-queries.ts";

/** Buffers to fill, and with what. */
export interface Planting {
  readonly kernelCase: KernelCase;
  readonly bands: PlantedBands;
  readonly planted: PlantedQueries;
  readonly queriesBuffer: GpuBuffer<"f32">;
  readonly sets: readonly BufferSet[];
}

const SEED = 0x51f7;
const TILE = 64;
const WALKING_WORKGROUPS = 4096;

/** Plants the first set and copies it to the others; done when it returns. */
export async function plantBuffers(gpu: Gpu, planting: Planting): Promise<void> {
  const inputs = createInputs(gpu, planting);
  try {
    const [keysKernel, valuesKernel] = await Promise.all([
      createKernel(gpu, plantKeys, keysConstants(planting)),
      createKernel(gpu, plantValues, { TILE, SEED: SEED + 1 }),
    ]);
    plantFirst(gpu, planting, { inputs, keysKernel, valuesKernel });
    copyToOthers(gpu, planting.sets);
    await gpu.settled();
  } finally {
    for (const buffer of Object.values(inputs)) buffer.dispose();
  }
}

interface Inputs {
  readonly duals: GpuBuffer<"f32">;
  readonly band_counts: GpuBuffer<"u32">;
  readonly band_levels: GpuBuffer<"f32">;
}

function createInputs(gpu: Gpu, { bands, planted, queriesBuffer }: Planting): Inputs {
  const usage = "storage";
  const { counts, levels } = bands;
  const shape = [counts.length];
  return {
    duals: gpu.createBuffer({
      label: "duals",
      dtype: "f32",
      shape: queriesBuffer.shape,
      usage,
      data: planted.duals,
    }),
    band_counts: gpu.createBuffer({
      label: "band_counts",
      dtype: "u32",
      shape,
      usage,
      data: Uint32Array.from(counts),
    }),
    band_levels: gpu.createBuffer({
      label: "band_levels",
      dtype: "f32",
      shape,
      usage,
      data: Float32Array.from(levels),
    }),
  };
}

function keysConstants({
  kernelCase,
  bands,
}: Planting): ConstantValues<typeof plantKeys.constants> {
  const { shape, context } = kernelCase;
  return {
    TILE,
    KV_HEADS: shape.geometry.kvHeads,
    GROUP: groupSize(shape.geometry),
    HEAD_DIM: shape.geometry.headDim,
    CONTEXT: context,
    RANK_BITS: Math.ceil(Math.log2(context)),
    BANDS: bands.counts.length,
    JITTER,
    SEED,
  };
}

interface Planters {
  readonly inputs: Inputs;
  readonly keysKernel: Kernel<typeof plantKeys.bindings>;
  readonly valuesKernel: Kernel<typeof plantValues.bindings>;
}

function plantFirst(
  gpu: Gpu,
  { kernelCase, queriesBuffer, sets }: Planting,
  { inputs, keysKernel, valuesKernel }: Planters,
): void {
  const { keys, values } = sets[0]!;
  const { shape, batch, context } = kernelCase;
  const keysGroup = keysKernel.bind({ queries: queriesBuffer, ...inputs, keys });
  const valuesGroup = valuesKernel.bind({ values });
  const tiles = Math.ceil(values.byteLength / 4 / TILE);
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    const { kvHeads } = shape.geometry;
    keysKernel.record(pass, keysGroup, [Math.ceil(context / TILE), kvHeads, batch]);
    valuesKernel.record(pass, valuesGroup, [Math.min(WALKING_WORKGROUPS, tiles)]);
    pass.end();
  });
}

function copyToOthers(gpu: Gpu, [first, ...others]: readonly BufferSet[]): void {
  gpu.submit((encoder) => {
    for (const { keys, values } of others) {
      encoder.copyBufferToBuffer(first!.keys.raw, 0, keys.raw, 0, keys.raw.size);
      encoder.copyBufferToBuffer(first!.values.raw, 0, values.raw, 0, values.raw.size);
    }
  });
}
