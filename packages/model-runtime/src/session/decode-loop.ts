import type {
  DecodedToken,
  DecodeRow,
  DrawnToken,
  RowsCall,
  RowsResult,
} from "../backend/model-backend.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import { ModelError } from "../model-error.ts";
import { CallQueue } from "./call-queue.ts";
import type { Generation } from "./generation.ts";
import type { LiveSlots } from "./live-slots.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { Sequence } from "./sequence.ts";
import type { SlotContents } from "./slot-contents.ts";
import { copyPass } from "./step-statistics.ts";

/** What a step brought, in order. The last event of a sequence is its end. */
export type SequenceEvent =
  | { readonly kind: "token"; readonly sequence: Sequence; readonly token: GeneratedToken }
  | { readonly kind: "end"; readonly sequence: Sequence; readonly summary: GenerateSummary };

/**
 * Runs the sequences of some slots together. A step gives one chunk of rows to the sequence that came first of those
 * which are not ready to decode, keeps the backend busy with decode calls, and reads the oldest of them. Calls that were
 * made for a sequence which has ended are read and forgotten.
 */
export class DecodeLoop {
  readonly slots: LiveSlots;
  readonly contents: SlotContents;
  /** In the order in which they came. */
  readonly #active = new Set<Sequence>();
  readonly #calls = new CallQueue();
  #events: SequenceEvent[] = [];
  /** A device was lost, and no token came since. */
  #hasLost = false;

  constructor(slots: LiveSlots, contents: SlotContents) {
    this.slots = slots;
    this.contents = contents;
  }

  get active(): ReadonlySet<Sequence> {
    return this.#active;
  }

  /** Starts a generation in the free slot that holds most of its prompt; undefined when none is free. */
  add(generation: Generation): Sequence | undefined {
    const { prompt } = generation;
    if (this.slots.isStale) this.#restart();
    const taken = new Set([...this.#active].map(({ place }) => place.slot));
    const slot = this.contents.choose(prompt, taken);
    if (slot === undefined) return undefined;
    const { capacity, valueRowBytes } = this.slots.current;
    const { planPrompt } = generation.schedule;
    const reusedTokens = planPrompt ? 0 : this.contents.reusable(slot, prompt);
    this.contents.cut(slot, reusedTokens);
    for (const row of this.contents.sampled(slot)) {
      generation.schedule.observePrompt?.(row.contextLength, row.quantiles);
    }
    const sequence = new Sequence(generation, { slot, capacity, reusedTokens, valueRowBytes });
    this.#active.add(sequence);
    return sequence;
  }

  /** Ends a sequence; what is under way for it is forgotten. */
  remove(sequence: Sequence): void {
    this.#active.delete(sequence);
  }

  /**
   * Brings the sequences one step on. No event only means that a prompt is not read yet. A lost device is replaced, and
   * what it held runs anew; when one is lost again before a token came, that is an error.
   * @throws ModelError "device-lost", "disposed", "bad-logits"; every sequence has ended then.
   */
  async step(): Promise<readonly SequenceEvent[]> {
    for (const sequence of this.#active) sequence.wait();
    for (;;) {
      try {
        if (this.slots.isStale) this.#restart();
        await this.slots.renew();
        await this.#advance();
        return this.#events.splice(0);
      } catch (error) {
        this.#recover(error);
        if (this.#events.length > 0) return this.#events.splice(0);
      }
    }
  }

  async #advance(): Promise<void> {
    for (const sequence of this.#active) {
      if (sequence.isAborted) this.#end(sequence, sequence.abort());
    }
    if (this.#events.length > 0) return;
    await this.#callRows();
    this.#callDecodes();
    await this.#calls.readStep();
  }

  #end(sequence: Sequence, summary: GenerateSummary): void {
    this.#active.delete(sequence);
    this.#events.push({ kind: "end", sequence, summary });
  }

  /** Makes the next call for the first sequence that does not decode yet. */
  async #callRows(): Promise<void> {
    const sequence = [...this.#active].find(({ needsRows }) => needsRows);
    if (!sequence) return;
    const { prompt, settings } = sequence.generation;
    if (!(await this.#prepare(sequence))) return this.#end(sequence, sequence.abort());
    const slots = this.slots.current;
    const call = sequence.rowsToRun(this.slots.backend.maxRows);
    if (call.want === "token") {
      slots.startSampling(call.slot, settings.sampling, prompt, sequence.generated);
    }
    const result = slots.run(call).then(ownRows);
    this.#calls.push({ isDecode: false, result }, (rows) =>
      this.#forSome([sequence], async () => this.#readRows(sequence, call, await rows)),
    );
  }

  /** @returns false when it was aborted. */
  async #prepare({ generation }: Sequence): Promise<boolean> {
    const { signal } = generation.settings;
    try {
      await this.slots.current.prepare(generation.schedule.prepared, signal);
      return true;
    } catch (error) {
      if (signal?.aborted && error instanceof ModelError && error.code === "aborted") return false;
      throw error;
    }
  }

  /** Makes decode calls, each with every sequence that decodes, as long as all of them may ask for one more token. */
  #callDecodes(): void {
    const { decodesAhead } = this.slots.backend;
    for (;;) {
      const sequences = [...this.#active].filter(({ decodes }) => decodes);
      if (sequences.length === 0) return;
      if (!sequences.every((sequence) => sequence.mayAsk(decodesAhead))) return;
      const rows = sequences.map((sequence) => sequence.decodeRow());
      const result = this.slots.current.decode(rows).then(ownTokens);
      this.#calls.push({ isDecode: true, result }, (tokens) =>
        this.#forSome(sequences, async () => {
          for (const [i, token] of (await tokens).entries()) {
            this.#readToken(sequences[i]!, rows[i]!, token);
          }
        }),
      );
    }
  }

  /** Nobody hears of a failure when all sequences of the call have ended, unless the device is lost. */
  async #forSome(sequences: readonly Sequence[], read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      const concerns = sequences.some((sequence) => this.#active.has(sequence));
      if (concerns || this.slots.isLoss(error)) throw error;
    }
  }

  #readRows(sequence: Sequence, call: RowsCall, { token, statistics }: RowsResult): void {
    if (!this.#active.has(sequence)) return;
    this.contents.add(call.slot, call, statistics);
    sequence.rowsDone(call, statistics);
    if (token) this.#readDrawn(sequence, token, statistics);
  }

  #readToken(sequence: Sequence, row: DecodeRow, token: DecodedToken): void {
    if (!this.#active.has(sequence)) return;
    const { slot, position, attention } = row;
    const tokens = [sequence.tokenAt(position)];
    this.contents.add(slot, { tokens, attention }, token.statistics);
    this.#readDrawn(sequence, token, token.statistics);
  }

  #readDrawn(sequence: Sequence, drawn: DrawnToken, pass: PassStatistics): void {
    if (!this.#active.has(sequence) || sequence.isAborted) return;
    const written = sequence.read(drawn, pass);
    this.#hasLost = false;
    if (!written) return;
    const { token, summary } = written;
    this.#events.push({ kind: "token", sequence, token });
    if (summary) this.#end(sequence, summary);
  }

  /** @throws the error, unless it is the first loss of a device since a token came. */
  #recover(error: unknown): void {
    const isLoss = this.slots.isLoss(error);
    const isFirstLoss = isLoss && !this.#hasLost;
    this.#hasLost = isFirstLoss;
    if (isFirstLoss && this.slots.isOpen) {
      this.#restart();
      return;
    }
    this.#calls.clear();
    this.contents.clear();
    if (isLoss) this.slots.lose();
    this.#active.clear();
    this.slots.expectOpen();
    throw error;
  }

  /** What the slots held is gone: the sequences run anew in others. */
  #restart(): void {
    this.#calls.clear();
    this.contents.clear();
    this.slots.lose();
    for (const sequence of this.#active) sequence.restart();
  }
}

/** Results are views that the next call overwrites; a call may be read later than that. */
function ownRows(result: RowsResult): RowsResult {
  return result.token ? { ...result, statistics: copyPass(result.statistics) } : result;
}

function ownTokens(tokens: readonly DecodedToken[]): readonly DecodedToken[] {
  return tokens.map((token) => ({ ...token, statistics: copyPass(token.statistics) }));
}
