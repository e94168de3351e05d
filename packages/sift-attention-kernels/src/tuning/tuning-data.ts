import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { bytesPerElement, elementCount } from "@sift-attention/tensor";
import { decodeBufferNeeds } from "../decode-buffer-needs.ts";
import type { DecodeBuffers } from "../decode-buffers.ts";
import { packSequences } from "../pack-sequences.ts";
import type { ResolvedOptions } from "../resolve-options.ts";
import { fillNormal } from "./normal-numbers.ts";

const coldBytes = 2 ** 28; // more than caches hold: the next step finds nothing of the one before
const mostBytes = 2 ** 31;
const mostSets = 16;
const upperQuarter = 0.6745; // a quarter of normal numbers lie above

/** Buffers of several layers at several contexts, all of usual sizes and contents. */
export class TuningData implements Disposable {
  /** [context][set]. */
  readonly buffers: readonly (readonly DecodeBuffers[])[];
  readonly #owned: readonly GpuBuffer[];

  private constructor(own: GpuBuffer[], buffers: readonly (readonly DecodeBuffers[])[]) {
    this.#owned = own;
    this.buffers = buffers;
  }

  /**
   * Makes the buffers and fills keys and values.
   * @param contexts Context lengths up to the capacity.
   * @throws GpuError when there is no room; what was made is freed again.
   */
  static async create(
    gpu: Gpu,
    options: ResolvedOptions,
    contexts: readonly number[],
  ): Promise<TuningData> {
    const own: GpuBuffer[] = [];
    try {
      const data = new TuningData(own, createSets(gpu, options, { contexts, own }));
      await fillNormal(
        gpu,
        own.filter(({ label }) => label === "keys" || label === "values"),
        1,
      );
      await gpu.settled();
      return data;
    } catch (error) {
      for (const buffer of own) buffer.dispose();
      throw error;
    }
  }

  dispose(): void {
    for (const buffer of this.#owned) buffer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** How many layers it takes to leave the caches behind. */
export function setCount({ geometry, kvType, slots, capacity }: ResolvedOptions): number {
  const { kvHeads, headDim } = geometry;
  const layer = 2 * elementCount([slots, kvHeads, capacity, headDim]) * bytesPerElement[kvType];
  const sets = Math.min(Math.ceil(coldBytes / layer) + 1, Math.floor(mostBytes / layer), mostSets);
  return Math.max(1, sets);
}

/** The heads of a group ask the same, so that a head's keys are the union's. */
function queriesOf({ geometry, batch }: ResolvedOptions): Float32Array {
  const { queryHeads, kvHeads, headDim } = geometry;
  const group = queryHeads / kvHeads;
  return Float32Array.from({ length: batch * queryHeads * headDim }, (_, i) => {
    const kvHead = Math.floor(i / headDim / group);
    return Math.SQRT2 * Math.sin(1 + (i % headDim) * (kvHead + 1.7)); // mean square 1
  });
}

/** ln θ that a quarter of the keys reach: scores are about normal, so logSumExp is about ln n + 1/2. */
function thresholdsOf({ geometry, batch }: ResolvedOptions, context: number): Float32Array {
  const logThreshold = upperQuarter - 0.5 - Math.log(context);
  return new Float32Array(batch * geometry.queryHeads).fill(logThreshold);
}

function createSets(
  gpu: Gpu,
  options: ResolvedOptions,
  { contexts, own }: { readonly contexts: readonly number[]; readonly own: GpuBuffer[] },
): readonly (readonly DecodeBuffers[])[] {
  const needs = decodeBufferNeeds(options);
  const create = (field: keyof DecodeBuffers, data?: ArrayBufferView): GpuBuffer => {
    const { dtype, shape } = needs.find((each) => each.field === field)!;
    const spec = { label: field, dtype, shape, usage: "storage", ...(data && { data }) } as const;
    const buffer = gpu.createBuffer(spec);
    own.push(buffer);
    return buffer;
  };
  const shared = {
    queries: create("queries", queriesOf(options)),
    valueSums: create("valueSums"),
    quantiles: create("quantiles"),
    output: create("output"),
    statistics: create("statistics"),
  };
  const caches = Array.from({ length: setCount(options) }, () => ({
    keys: create("keys"),
    values: create("values"),
  }));
  return contexts.map((contextLength) => {
    const every = Array.from({ length: options.batch }, (_, slot) => ({ slot, contextLength }));
    const sequences = create("sequences", packSequences(options, every));
    const logThresholds = create("logThresholds", thresholdsOf(options, contextLength));
    return caches.map((cache) => ({ ...shared, ...cache, sequences, logThresholds }));
  });
}
