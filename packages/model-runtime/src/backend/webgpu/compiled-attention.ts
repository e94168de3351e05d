import type { Gpu } from "@sift-attention/gpu";
import {
  createSiftAttention,
  type KvType,
  type SiftAttention,
} from "@sift-attention/sift-attention-kernels";
import type { AttentionGeometry } from "@sift-attention/tensor";
import type { AttentionSettings } from "./attention-settings.ts";

/** What decode attention is compiled for. */
export interface AttentionShape {
  readonly geometry: AttentionGeometry;
  readonly kvType: KvType;
  readonly slots: number;
  readonly capacity: number;
  /** Rows of a step at most. */
  readonly batch: number;
  /** Multiplies q·k. */
  readonly scale: number;
  readonly settings: AttentionSettings;
}

/** Compiled attention while someone uses it. */
export interface AttentionLease {
  readonly attention: SiftAttention;
  /** Lets it go; its memory may be freed then. */
  release(): void;
}

interface Entry {
  readonly compiled: Promise<SiftAttention>;
  users: number;
}

const idleEntries = 2; // sessions of one size that follow each other find their kernels

/** Compiles each shape of attention once for all who use it at a time, and keeps the last ones that nobody uses. */
export class CompiledAttention {
  readonly #gpu: Gpu;
  readonly #denseBelow: number;
  /** By shape; those used last come last. */
  readonly #entries = new Map<string, Entry>();

  constructor(gpu: Gpu, { denseBelow }: { readonly denseBelow: number }) {
    this.#gpu = gpu;
    this.#denseBelow = denseBelow;
  }

  /** @throws SiftError, GpuError as `createSiftAttention`. */
  async lease(shape: AttentionShape): Promise<AttentionLease> {
    const key = JSON.stringify(shape);
    const entry = this.#entries.get(key) ?? { compiled: this.#compile(shape), users: 0 };
    entry.users++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      const attention = await entry.compiled;
      return { attention, release: once(() => this.#release(entry)) };
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  /** Frees everything, whoever uses it. */
  dispose(): void {
    for (const { compiled } of this.#entries.values()) free(compiled);
    this.#entries.clear();
  }

  #compile({ settings, ...shape }: AttentionShape): Promise<SiftAttention> {
    const denseBelow = settings.quantiles ? this.#denseBelow : 0; // a window means its keys
    return createSiftAttention(this.#gpu, { ...shape, ...settings, denseBelow });
  }

  #release(entry: Entry): void {
    entry.users--;
    const idle = [...this.#entries].filter(([, { users }]) => users === 0);
    for (const [key, { compiled }] of idle.slice(0, -idleEntries)) {
      this.#entries.delete(key);
      free(compiled);
    }
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}

function free(compiled: Promise<SiftAttention>): void {
  compiled.then(
    (attention) => attention.dispose(),
    () => {},
  );
}
