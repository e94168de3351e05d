import type { Decoder } from "../../layers/decoder.ts";
import { createKvCache, type KvCache } from "../../layers/kv-cache.ts";
import type { LoadedWeights } from "../../layers/load-weights.ts";
import type { CpuOps } from "../../ops/cpu-ops.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type { ModelBackend, SlotsOptions } from "../model-backend.ts";
import { ChunkPacer } from "./chunk-pacer.ts";
import { CpuSlots } from "./cpu-slots.ts";

/** What computes on the CPU. The backend owns all of it and takes it along when it goes. */
export interface CpuParts {
  readonly config: ModelConfig;
  readonly ops: CpuOps;
  readonly weights: LoadedWeights;
  readonly decoder: Decoder;
}

/** A backend over CPU operators. Each call computes on a later turn of the event loop, in pieces that are short. */
export function createCpuBackend(parts: CpuParts): ModelBackend {
  const { config, ops, weights, decoder } = parts;
  const pacer = new ChunkPacer();
  const opened = new Set<CpuSlots>();
  let isDisposed = false;
  return {
    kind: "cpu",
    description: `cpu, ${ops.description}`,
    weightBytes: weights.byteLength,
    decodesAhead: 1,
    get maxRows() {
      return pacer.rows(decoder.maxRows);
    },
    async createSlots(options) {
      const slots: CpuSlots = new CpuSlots({
        ...{ config, decoder, pacer },
        caches: createCaches(ops, config, options),
        onDispose: () => opened.delete(slots),
      });
      opened.add(slots);
      return slots;
    },
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const slots of [...opened]) slots.dispose();
      decoder.dispose();
      weights.free();
      await ops.dispose();
    },
  };
}

/** One cache a slot. @throws ModelError "out-of-memory"; nothing stays allocated then. */
function createCaches(
  ops: CpuOps,
  config: ModelConfig,
  { slots, capacity }: SlotsOptions,
): readonly KvCache[] {
  const caches: KvCache[] = [];
  try {
    while (caches.length < slots) caches.push(createKvCache(ops, config, capacity));
    return caches;
  } catch (error) {
    for (const cache of caches) cache.dispose();
    throw error;
  }
}
