import type {
  ModelBackend,
  SequenceSlots,
  SlotsOptions,
  WebgpuBackend,
  WebgpuSequenceSlots,
} from "@sift-attention/model-runtime/backends";
import { plantCache } from "./plant-cache.ts";
import { PlantedSlots } from "./planted-slots.ts";

/** A backend on a GPU that shows the slots it made last, and plants their rows while `plants` is set. */
export class WatchedBackend implements ModelBackend {
  readonly kind = "webgpu";
  readonly inner: WebgpuBackend;
  plants = false;
  #lastSlots: WebgpuSequenceSlots | undefined;

  constructor(inner: WebgpuBackend) {
    this.inner = inner;
  }

  get description(): string {
    return this.inner.description;
  }

  get weightBytes(): number {
    return this.inner.weightBytes;
  }

  get maxRows(): number {
    return this.inner.maxRows;
  }

  get decodesAhead(): number {
    return this.inner.decodesAhead;
  }

  /** Of the session or batch that was opened last. */
  get lastSlots(): WebgpuSequenceSlots {
    return this.#lastSlots!;
  }

  contextThatFits(slots: number): number {
    return this.inner.contextThatFits!(slots);
  }

  async createSlots(options: SlotsOptions): Promise<SequenceSlots> {
    const slots = await this.inner.createSlots(options);
    this.#lastSlots = slots;
    if (!this.plants) return slots;
    try {
      await plantCache(this.inner.gpu, slots.cache);
    } catch (error) {
      slots.dispose();
      throw error;
    }
    return new PlantedSlots(slots);
  }

  dispose(): Promise<void> {
    return this.inner.dispose();
  }
}
