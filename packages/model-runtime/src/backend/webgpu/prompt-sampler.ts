import type { DecodeSequence } from "@sift-attention/sift-attention-kernels";
import { createGatherRows } from "../../gpu-ops/gather/gather-rows.ts";
import type { BoundRows } from "../../gpu-ops/row-places/bind-rows.ts";
import type { RowSample } from "../attention-rule.ts";
import type { RowsCall } from "../model-backend.ts";
import { fullSettings } from "./attention-settings.ts";
import type { BoundCache } from "./bound-cache.ts";
import type { CompiledAttention } from "./compiled-attention.ts";
import { SampleBuffers } from "./sample-buffers.ts";
import { createSlotAttention, type SlotAttention } from "./slot-attention.ts";
import { visibleKeys } from "./visible-keys.ts";

/** A row of a pass and a level of its weights: a sequence of its own to the kernels. */
interface SampledPair {
  readonly row: number;
  readonly level: number;
}

/** What a pass of sampled rows is encoded with. */
export interface PassSample {
  /** Encodes one layer while its queries are there. */
  record(pass: GPUComputePassEncoder, layer: number): void;
  /** Quantiles of the rows' weights, asked for behind the submission: [rows, layers, queryHeads, levels]. */
  read(): Promise<Float32Array>;
}

/** Pairs of a pass at most: the first 512 rows of a prompt have 33 sampled ones of six levels. */
const mostPairs = 240;
const usualBatch = 48;
const mostScoreBytes = 128 * 2 ** 20; // of a step's pairs
const leastBatch = 4;

/**
 * Pairs of a step: the usual number, or as many as the memory for scores allows; undefined for a context so long that
 * hardly any fit.
 */
export function sampleBatch(queryHeads: number, capacity: number): number | undefined {
  const pairBytes = 2 * queryHeads * capacity * Float32Array.BYTES_PER_ELEMENT; // heads may be padded to powers of two
  const batch = Math.min(usualBatch, Math.floor(mostScoreBytes / pairBytes));
  return batch < leastBatch ? undefined : batch;
}

/** Tells quantiles of single rows of a prompt, from their queries and the keys that the pass leaves in the cache. */
export class PromptSampler {
  readonly #bound: BoundCache;
  readonly #buffers: SampleBuffers;
  readonly #attention: SlotAttention;
  readonly #gathers: readonly BoundRows[];

  private constructor(
    bound: BoundCache,
    buffers: SampleBuffers,
    compiled: { readonly attention: SlotAttention; readonly gathers: readonly BoundRows[] },
  ) {
    this.#bound = bound;
    this.#buffers = buffers;
    this.#attention = compiled.attention;
    this.#gathers = compiled.gathers;
  }

  /**
   * Undefined where the context is too long for it.
   * @throws SiftError, GpuError of the device or the compiler; nothing stays allocated then.
   */
  static async create(
    bound: BoundCache,
    compiled: CompiledAttention,
  ): Promise<PromptSampler | undefined> {
    const { gpu, cache, decoder } = bound;
    const { geometry, kvType, slots, capacity } = cache.shape;
    const batch = sampleBatch(geometry.queryHeads, capacity);
    if (batch === undefined) return undefined;
    const buffers = new SampleBuffers(bound, { batch, groups: Math.ceil(mostPairs / batch) });
    try {
      const gather = await createGatherRows(gpu, geometry.queryHeads * geometry.headDim);
      const { queries: rows } = decoder.scratch;
      const { queries: gathered } = buffers;
      const gathers = buffers.indices.map((indices) => gather.bind({ indices, rows, gathered }));
      const settings = { ...fullSettings, quantiles: true };
      const shape = { geometry, kvType, slots, capacity, batch, settings };
      const layers = buffers.attentionLayers(bound);
      const attention = await createSlotAttention(compiled, shape, layers);
      return new PromptSampler(bound, buffers, { attention, gathers });
    } catch (error) {
      buffers.dispose();
      throw error;
    }
  }

  /** Uploads what a call asks for; undefined when it asks for nothing, or for more than is told here. */
  prepare(call: RowsCall): PassSample | undefined {
    const { sample } = call.attention;
    if (!sample || sample.rows.length === 0) return undefined;
    const pairs = sample.rows.flatMap((row) => sample.levels.map((level) => ({ row, level })));
    const { batch, groups } = this.#buffers.shape;
    if (pairs.length > batch * groups) return undefined;
    this.#upload(call, pairs);
    const longest = call.firstPosition + sample.rows.at(-1)!;
    return {
      record: (pass, layer) => this.#record(pass, layer, { pairs: pairs.length, longest }),
      read: () => this.#read(sample),
    };
  }

  dispose(): void {
    this.#attention.dispose();
    this.#buffers.dispose();
  }

  #upload(call: RowsCall, pairs: readonly SampledPair[]): void {
    const { windows } = this.#bound;
    const { batch } = this.#buffers.shape;
    const groups = Math.ceil(pairs.length / batch);
    for (let group = 0; group < groups; group++) {
      const members = pairs.slice(group * batch, (group + 1) * batch);
      this.#buffers.setIndices(
        group,
        members.map(({ row }) => row),
      );
      for (const [index, window] of windows.distinct.entries()) {
        const sequences = members.map((pair) => sequenceOf(call, pair, window));
        this.#buffers.setSequences(group, index, this.#attention.packSequences(sequences));
      }
    }
    this.#buffers.write(groups);
  }

  #record(
    pass: GPUComputePassEncoder,
    layer: number,
    { pairs, longest }: { readonly pairs: number; readonly longest: number },
  ): void {
    const { batch, groups } = this.#buffers.shape;
    const longestContext = visibleKeys(longest, this.#bound.windows.ofLayer[layer]).count;
    for (let group = 0; group * batch < pairs; group++) {
      const sequences = Math.min(batch, pairs - group * batch);
      const asked = { kind: "quantiles", quantiles: true, sumsValues: false } as const;
      const step = { ...asked, sequences, longestContext };
      this.#gathers[group]!.record(pass, sequences);
      this.#attention.record(pass, layer * groups + group, step);
    }
  }

  async #read({ rows, levels }: RowSample): Promise<Float32Array> {
    const { gpu, cache } = this.#bound;
    const { layers, geometry } = cache.shape;
    const { batch, groups } = this.#buffers.shape;
    const { buffer, layerPitch } = this.#buffers.quantiles;
    const words = await gpu.read(buffer);
    const logs = new Float32Array(words.buffer, words.byteOffset, words.length);
    const { queryHeads } = geometry;
    const sampled = new Float32Array(rows.length * layers * queryHeads * levels.length);
    for (let to = 0; to < sampled.length; to++) {
      const level = to % levels.length;
      const head = Math.floor(to / levels.length) % queryHeads;
      const layer = Math.floor(to / levels.length / queryHeads) % layers;
      const row = Math.floor(to / levels.length / queryHeads / layers);
      const pair = row * levels.length + level;
      const place = (layer * groups + Math.floor(pair / batch)) * layerPitch;
      sampled[to] = Math.exp(logs[place + (pair % batch) * queryHeads + head]!);
    }
    return sampled;
  }
}

function sequenceOf(
  { slot, firstPosition }: RowsCall,
  { row, level }: SampledPair,
  window: number | undefined,
): DecodeSequence {
  const position = firstPosition + row;
  const { firstKey } = visibleKeys(position, window);
  return { slot, firstKey, contextLength: position + 1, quantile: level };
}
