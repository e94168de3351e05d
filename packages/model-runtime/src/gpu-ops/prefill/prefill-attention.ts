import { type BoundBuffer, createKernel, type Gpu } from "@sift-attention/gpu";
import { reliableSubgroupSize } from "@sift-attention/sift-attention-kernels";
import { bytesPerElement } from "@sift-attention/tensor";
import { type BoundRows, bindRows, type RowSizes } from "../row-places/bind-rows.ts";
import { rowPlaceBytes } from "../row-places/row-place.ts";
import { rowScaleBytes } from "../row-scales/row-scales.ts";
import { type PrefillDevice, planPrefill, queriesOf } from "./plan-prefill.ts";
import { prefillConstants, prefillKernel } from "./prefill-kernel.ts";
import type { PrefillKnobs, PrefillOptions } from "./prefill-options.ts";

export interface PrefillBuffers {
  /** f32 [rows, queryHeads, headDim], rotated. */
  readonly queries: BoundBuffer;
  /** [slots, kvHeads, capacity, headDim] of the KV type; the rows' own keys and values are there already. */
  readonly keys: BoundBuffer;
  readonly values: BoundBuffer;
  /** f32 [2, scalePitch] beside a cache of "i8" and no other: of key rows, then of value rows. */
  readonly scales?: BoundBuffer;
  /** `packRowPlaces` of consecutive positions of one slot, and no other rows. */
  readonly places: BoundBuffer;
  /** f32 [rows, queryHeads, headDim]. */
  readonly out: BoundBuffer;
}

/** Compiled attention of a prompt. */
export interface PrefillAttention {
  /** How the work is divided on this device. */
  readonly knobs: PrefillKnobs;
  /** @throws ModelError "bad-tensor" for a buffer that is too small, and the errors of `Kernel.bind`. */
  bind(buffers: PrefillBuffers): BoundRows;
}

function sizesOf(options: PrefillOptions): RowSizes<string> {
  const { geometry, kvType, slots, capacity } = options;
  const { queryHeads, kvHeads, headDim } = geometry;
  const rowBytes = 4 * queryHeads * headDim;
  const cacheBytes = slots * kvHeads * capacity * headDim * bytesPerElement[kvType];
  return {
    perRow: { queries: rowBytes, output: rowBytes, places: rowPlaceBytes },
    whole: { keys: cacheBytes, values: cacheBytes, scales: rowScaleBytes(options) },
  };
}

/** What every device has, where one does not say. */
const leastLimits = {
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 128,
};

function deviceOf({ report }: Gpu, subgroupSize: number): PrefillDevice {
  const limits = { ...leastLimits, ...report.limits };
  return {
    subgroupSize,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    workgroupInvocations: limits.maxComputeInvocationsPerWorkgroup,
  };
}

/**
 * Compiles causal attention of many rows of one slot, which holds no scores in memory: full attention of a prompt, or of
 * a piece of one.
 * @throws ModelError "bad-option" for a shape that it does not take, and the errors of `createKernel`.
 */
export async function createPrefillAttention(
  gpu: Gpu,
  options: PrefillOptions,
): Promise<PrefillAttention> {
  const subgroupSize = options.subgroupSize ?? (await reliableSubgroupSize(gpu));
  const knobs = planPrefill(options, deviceOf(gpu, subgroupSize));
  const spec = prefillKernel(options, subgroupSize);
  const kernel = await createKernel(gpu, spec, prefillConstants(options, knobs));
  const { queryHeads, kvHeads } = options.geometry;
  const rowQueries = queryHeads / kvHeads;
  return {
    knobs,
    bind({ out, ...inputs }) {
      const sizes = sizesOf(options);
      return bindRows(kernel, { ...inputs, output: out }, sizes, (rows) => [
        kvHeads,
        Math.ceil((rows * rowQueries) / queriesOf(knobs)),
      ]);
    },
  };
}
