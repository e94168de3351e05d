import type { AttentionSettings } from "./attention-settings.ts";
import type { BoundCache } from "./bound-cache.ts";
import type { CompiledAttention } from "./compiled-attention.ts";
import { PromptSampler } from "./prompt-sampler.ts";
import { type AttentionLayer, createSlotAttention, type SlotAttention } from "./slot-attention.ts";
import { layerRowBuffers } from "./slot-cache.ts";

/** The attention of one cache, by the settings that rules asked for so far. */
export class SlotAttentions {
  readonly #bound: BoundCache;
  readonly #compiled: CompiledAttention;
  readonly #batch: number;
  readonly #attentions = new Map<string, Promise<SlotAttention>>();
  #sampling: Promise<void> | undefined;
  #sampler: PromptSampler | undefined;
  #isDisposed = false;

  constructor(bound: BoundCache, compiled: CompiledAttention, batch: number) {
    this.#bound = bound;
    this.#compiled = compiled;
    this.#batch = batch;
  }

  /** Compiles and binds it, unless that was done. @throws SiftError, GpuError of the device or the compiler. */
  get(settings: AttentionSettings): Promise<SlotAttention> {
    const key = JSON.stringify(settings);
    const known = this.#attentions.get(key);
    if (known) return known;
    const attention = this.#create(settings);
    this.#attentions.set(key, attention);
    attention.catch(() => this.#attentions.delete(key));
    return attention;
  }

  /** Tells quantiles of a prompt's rows, once `compileSampler` is through; absent where it cannot. */
  get sampler(): PromptSampler | undefined {
    return this.#sampler;
  }

  /** @throws SiftError, GpuError of the device or the compiler. */
  compileSampler(): Promise<void> {
    this.#sampling ??= this.#createSampler();
    this.#sampling.catch(() => {
      this.#sampling = undefined;
    });
    return this.#sampling;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#sampler?.dispose();
    for (const attention of this.#attentions.values()) {
      attention.then(
        (bound) => bound.dispose(),
        () => {},
      );
    }
    this.#attentions.clear();
  }

  async #createSampler(): Promise<void> {
    const sampler = await PromptSampler.create(this.#bound, this.#compiled);
    if (this.#isDisposed) sampler?.dispose();
    else this.#sampler = sampler;
  }

  #create(settings: AttentionSettings): Promise<SlotAttention> {
    const { cache, decoder } = this.#bound;
    const { geometry, kvType, slots, capacity } = cache.shape;
    const shape = { geometry, kvType, slots, capacity, batch: this.#batch, settings };
    const layers = decoder.blueprint.layers.map((_, layer) => this.#layer(layer, settings));
    return createSlotAttention(this.#compiled, shape, layers);
  }

  #layer(layer: number, { droppedMass }: AttentionSettings): AttentionLayer {
    const { cache, decoder, buffers, windows } = this.#bound;
    const { queries, attended: output } = decoder.scratch;
    const { statistics, quantiles } = buffers.statistics;
    return {
      scale: decoder.blueprint.layers[layer]!.attention.scale,
      buffers: {
        ...{ queries, output },
        ...layerRowBuffers(cache, layer),
        sequences: buffers.step.sequences(windows.indexOf[layer]!),
        logThresholds: buffers.step.logThresholds(layer),
        ...(droppedMass === "mean-value" && { valueSums: buffers.valueSums.layer(layer) }),
        statistics: statistics.layer(layer),
        quantiles: quantiles.layer(layer),
      },
    };
  }
}
