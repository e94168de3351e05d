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
import { plantKeys, plantWholeKeys } from "./plant-keys.ts";
import { plantValues, plantWholeValues } from "./plant-values.ts";
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
    plantFirst(gpu, planting, await planters(gpu, planting, inputs));
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

/** A kernel with its buffers. */
interface Planter {
  readonly kernel: Kernel;
  readonly group: GPUBindGroup;
}

interface Planters {
  readonly keys: Planter;
  readonly values: Planter;
}

/** What fills the first set: halves, or whole numbers and their scales. */
async function planters(gpu: Gpu, planting: Planting, inputs: Inputs): Promise<Planters> {
  const { keys, values, keyScales, valueScales } = planting.sets[0]!;
  const bound = { queries: planting.queriesBuffer, ...inputs, keys };
  const seeded = { TILE, SEED: SEED + 1 };
  if (keyScales && valueScales) {
    const keysKernel = await createKernel(gpu, plantWholeKeys, keysConstants(planting));
    const valuesKernel = await createKernel(gpu, plantWholeValues, seeded);
    return {
      keys: { kernel: keysKernel, group: keysKernel.bind({ ...bound, key_scales: keyScales }) },
      values: {
        kernel: valuesKernel,
        group: valuesKernel.bind({ values, value_scales: valueScales }),
      },
    };
  }
  const keysKernel = await createKernel(gpu, plantKeys, keysConstants(planting));
  const valuesKernel = await createKernel(gpu, plantValues, seeded);
  return {
    keys: { kernel: keysKernel, group: keysKernel.bind(bound) },
    values: { kernel: valuesKernel, group: valuesKernel.bind({ values }) },
  };
}

function plantFirst(gpu: Gpu, { kernelCase, sets }: Planting, { keys, values }: Planters): void {
  const { shape, batch, context } = kernelCase;
  const tiles = Math.ceil(sets[0]!.values.byteLength / 4 / TILE);
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    const { kvHeads } = shape.geometry;
    keys.kernel.record(pass, keys.group, [Math.ceil(context / TILE), kvHeads, batch]);
    values.kernel.record(pass, values.group, [Math.min(WALKING_WORKGROUPS, tiles)]);
    pass.end();
  });
}

const FIELDS = ["keys", "values", "keyScales", "valueScales"] as const;

function copyToOthers(gpu: Gpu, [first, ...others]: readonly BufferSet[]): void {
  gpu.submit((encoder) => {
    for (const set of others) {
      for (const field of FIELDS) {
        const [from, to] = [first![field], set[field]];
        if (from && to) encoder.copyBufferToBuffer(from.raw, 0, to.raw, 0, from.raw.size);
      }
    }
  });
}
