import type { SlotsOptions } from "../model-backend.ts";
import { fullSettings } from "./attention-settings.ts";
import type { BackendParts } from "./backend-parts.ts";
import type { BoundCache } from "./bound-cache.ts";
import type { CompiledAttention } from "./compiled-attention.ts";
import { drawWords } from "./draw-tokens.ts";
import { layerWindows } from "./layer-windows.ts";
import { expectNotAborted } from "./open-device.ts";
import { ReadbackRing } from "./readback-ring.ts";
import { roundCapacity } from "./round-capacity.ts";
import type { SamplerPool } from "./sampler-pool.ts";
import { SlotAttentions } from "./slot-attentions.ts";
import { SlotBuffers } from "./slot-buffers.ts";
import { createSlotCache } from "./slot-cache.ts";
import { SlotSampler } from "./slot-sampler.ts";
import type { WebgpuSequenceSlots } from "./webgpu-backend.ts";
import { WebgpuSlots } from "./webgpu-slots.ts";

/** What slots are made from. */
export interface SlotsParts extends BackendParts {
  readonly compiled: CompiledAttention;
  readonly samplers: SamplerPool;
  readonly onDispose: () => void;
}

/** Frees what was made, the last first. */
type Held = (() => void)[];

const readbacks = 3; // two steps under way, and one that is being read

/**
 * Allocates and compiles what a number of sequences needs under full attention.
 * @throws ModelError "out-of-memory", "aborted"; SiftError, GpuError of the device or the compiler; nothing stays
 * allocated then.
 */
export async function createSlots(
  parts: SlotsParts,
  options: SlotsOptions,
): Promise<WebgpuSequenceSlots> {
  const held: Held = [];
  const free = (): void => {
    for (const freeOne of held.splice(0).toReversed()) freeOne();
  };
  try {
    return await build(parts, options, { held, free });
  } catch (error) {
    free();
    throw error;
  }
}

async function build(
  parts: SlotsParts,
  { slots, capacity, signal }: SlotsOptions,
  { held, free }: { readonly held: Held; readonly free: () => void },
): Promise<WebgpuSequenceSlots> {
  const { gpu, compiled, onDispose } = parts;
  const batch = Math.min(slots, parts.batch);
  const sampler = await takeSampler(parts, slots, held);
  expectNotAborted(signal);
  const bound = await bindCache(parts, { slots, capacity, batch, sampler }, held);
  expectNotAborted(signal);
  const attentions = new SlotAttentions(bound, compiled, batch);
  held.push(() => attentions.dispose());
  await attentions.get(fullSettings);
  expectNotAborted(signal);
  const ring = new ReadbackRing(gpu, { entries: readbacks, entryBytes: entryBytes(bound, batch) });
  held.push(() => ring.dispose());
  await gpu.settled(); // memory that ran out is told late
  const dispose = (): void => {
    free();
    onDispose();
  };
  return new WebgpuSlots({ bound, capacity, batch, attentions, sampler, ring, dispose });
}

async function takeSampler(
  { samplers, decoder, batch }: SlotsParts,
  slots: number,
  held: Held,
): Promise<SlotSampler> {
  const { vocabularySize } = decoder.blueprint;
  const shape = { vocabularySize, slots, maxRows: Math.min(slots, batch) };
  const sampler = await samplers.take(shape);
  held.push(() => samplers.put(shape, sampler));
  return new SlotSampler(sampler, sampler.bind({ logits: decoder.scratch.logits }));
}

async function bindCache(
  { gpu, plan, decoder, kvType }: SlotsParts,
  options: {
    readonly slots: number;
    readonly capacity: number;
    readonly batch: number;
    readonly sampler: SlotSampler;
  },
  held: Held,
): Promise<BoundCache> {
  const { slots, batch, sampler } = options;
  const { geometry, layers } = decoder.blueprint;
  const capacity = Math.min(roundCapacity(options.capacity), plan.room(slots));
  const shape = { geometry, layers: layers.length, kvType, slots, capacity };
  const cache = await createSlotCache(gpu, shape);
  held.push(() => cache.dispose());
  const windows = layerWindows(decoder.blueprint);
  const { maxRows } = decoder.rows;
  const sizes = { slots, batch, maxRows, windows: windows.distinct.length };
  const buffers = new SlotBuffers(gpu, decoder.blueprint, sizes);
  held.push(() => buffers.dispose());
  const { places } = buffers;
  const valueSums = layers.map((_, layer) => buffers.valueSums.layer(layer));
  const cacheLayers = await decoder.bindCache({
    ...cache,
    ...{ kvType, slots, capacity, places, valueSums },
  });
  held.push(() => cacheLayers.dispose());
  const embed = decoder.bindEmbed(places, sampler.sampler.tokens);
  return { gpu, decoder, cache, windows, buffers, layers: cacheLayers, embed };
}

/** Bytes of all that a step leaves to read. */
function entryBytes({ buffers }: BoundCache, batch: number): number {
  const drawBytes = batch * drawWords * Uint32Array.BYTES_PER_ELEMENT;
  return drawBytes + buffers.statistics.byteLength;
}
