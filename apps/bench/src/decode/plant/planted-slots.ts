import type {
  DecodedToken,
  DecodeRow,
  PassAttention,
  PassStatistics,
  RowsCall,
  RowsResult,
  SamplingRules,
  SequenceSlots,
} from "@sift-attention/model-runtime/backends";

/** Slots whose cache holds rows already: those of a prompt are not computed, but for its last chunk. */
export class PlantedSlots implements SequenceSlots {
  readonly #slots: SequenceSlots;

  constructor(slots: SequenceSlots) {
    this.#slots = slots;
  }

  get slots(): number {
    return this.#slots.slots;
  }

  get capacity(): number {
    return this.#slots.capacity;
  }

  get byteLength(): number {
    return this.#slots.byteLength;
  }

  get valueRowBytes(): number {
    return this.#slots.valueRowBytes;
  }

  prepare(attention: PassAttention, signal?: AbortSignal): Promise<void> {
    return this.#slots.prepare(attention, signal);
  }

  startSampling(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated?: readonly number[],
  ): void {
    this.#slots.startSampling(slot, rules, prompt, generated);
  }

  run(call: RowsCall): Promise<RowsResult> {
    if (call.want !== "nothing") return this.#slots.run(call);
    return Promise.resolve({ statistics: noStatistics(call) });
  }

  decode(rows: readonly DecodeRow[]): Promise<readonly DecodedToken[]> {
    return this.#slots.decode(rows);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}

/** Nobody asks what rows of a prompt kept. */
function noStatistics({ firstPosition, tokens }: RowsCall): PassStatistics {
  const none = new Float32Array();
  const empty = { kept: none, union: none, droppedMass: none, quantiles: undefined };
  return { firstPosition, rows: tokens.length, ...empty };
}
