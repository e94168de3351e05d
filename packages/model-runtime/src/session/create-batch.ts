import type { Batch, BatchAddition, BatchEvent, BatchOptions, BatchSequence } from "../batch.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { GenerateSummary } from "../generated-token.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import type { Prompt } from "../session.ts";
import type { DecodeLoop, SequenceEvent } from "./decode-loop.ts";
import { type AttentionSettings, expectAttentionMode } from "./expect-attention-mode.ts";
import { openDecodeLoop } from "./open-decode-loop.ts";
import { planGeneration } from "./plan-generation.ts";
import type { Sequence } from "./sequence.ts";
import type { SessionModel } from "./session-model.ts";

/** @throws ModelError "bad-option", "out-of-memory", "aborted", "disposed". */
export async function createBatch(model: SessionModel, options: BatchOptions): Promise<Batch> {
  const slots = expectNumber("slots", options.slots, { min: 1, integer: true });
  const attention = expectAttentionMode(options.attention ?? { kind: "sift" });
  const loop = await openDecodeLoop(model, "batch", slots, options);
  return new LoopBatch(model, loop, attention);
}

/** A decode loop, and the names that its sequences have outside. */
class LoopBatch implements Batch {
  readonly slots: number;
  readonly contextLength: number;
  readonly memoryBytes: number;
  readonly #model: SessionModel;
  readonly #loop: DecodeLoop;
  readonly #attention: AttentionSettings;
  readonly #handles = new WeakMap<Sequence, BatchSequence>();
  readonly #sequences = new WeakMap<BatchSequence, Sequence>();
  #isStepping = false;

  constructor(model: SessionModel, loop: DecodeLoop, attention: AttentionSettings) {
    const { slots, capacity, byteLength } = loop.slots.current;
    this.slots = slots;
    this.contextLength = capacity;
    this.memoryBytes = byteLength;
    this.#model = model;
    this.#loop = loop;
    this.#attention = attention;
  }

  get freeSlots(): number {
    return this.slots - this.#loop.active.size;
  }

  add(prompt: Prompt, options: GenerateOptions = {}): BatchAddition {
    this.#loop.slots.expectOpen();
    const { contextLength, slots } = this;
    const place = { attention: this.#attention, capacity: contextLength };
    const generation = planGeneration(this.#model, prompt, options, place);
    const promptTokens = generation.prompt.length;
    if (promptTokens >= contextLength) return { kind: "no-room", promptTokens, contextLength };
    const sequence = this.#loop.add(generation);
    if (!sequence) return { kind: "no-slot", slots };
    const { reusedTokens } = sequence.place;
    const laws = generation.schedule.laws.bind(generation.schedule);
    const handle: BatchSequence = { promptTokens, reusedTokens, laws };
    this.#handles.set(sequence, handle);
    this.#sequences.set(handle, sequence);
    return { kind: "added", sequence: handle };
  }

  async step(): Promise<readonly BatchEvent[]> {
    if (this.#isStepping) {
      throw new ModelError("busy", "batch: expected no other step, one is running; wait for it");
    }
    this.#isStepping = true;
    try {
      const events = await this.#loop.step();
      return events.map((event) => this.#outside(event));
    } finally {
      this.#isStepping = false;
    }
  }

  remove(handle: BatchSequence): GenerateSummary | undefined {
    const sequence = this.#sequences.get(handle);
    if (!sequence || !this.#loop.active.has(sequence)) return undefined;
    this.#loop.remove(sequence);
    return sequence.abort();
  }

  dispose(): void {
    this.#loop.slots.dispose();
  }

  #outside(event: SequenceEvent): BatchEvent {
    return { ...event, sequence: this.#handles.get(event.sequence)! };
  }
}
