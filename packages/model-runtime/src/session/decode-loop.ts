import type { PassAttention } from "../backend/attention-rule.ts";
import type {
  DecodedToken,
  DecodeRow,
  DrawnToken,
  RowsCall,
  RowsResult,
} from "../backend/model-backend.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import { ModelError } from "../model-error.ts";
import { seesEveryKey } from "./attention-schedule.ts";
import type { Generation } from "./generation.ts";
import { HeldTokens } from "./held-tokens.ts";
import type { LiveSlots } from "./live-slots.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { Sequence } from "./sequence.ts";
import { copyPass } from "./step-statistics.ts";

/** What a step brought, in order. The last event of a sequence is its end. */
export type SequenceEvent =
  | { readonly kind: "token"; readonly sequence: Sequence; readonly token: GeneratedToken }
  | { readonly kind: "end"; readonly sequence: Sequence; readonly summary: GenerateSummary };

/** A call that was made and has not been read. */
interface PendingCall {
  readonly isDecode: boolean;
  /** Waits for it and appends what it brought to the events. */
  readonly read: () => Promise<void>;
}

/**
 * Runs the sequences of some slots together. A step gives one chunk of rows to the sequence that came first of those
 * which are not ready to decode, keeps the backend busy with decode calls, and reads the oldest of them. Calls that were
 * made for a sequence which has ended are read and forgotten.
 */
export class DecodeLoop {
  readonly slots: LiveSlots;
  /** Of each slot. */
  readonly held: readonly HeldTokens[];
  /** In the order in which they came. */
  readonly #active = new Set<Sequence>();
  readonly #reusesPrefix: boolean;
  #pending: PendingCall[] = [];
  #events: SequenceEvent[] = [];
  /** A device was lost, and no token came since. */
  #hasLost = false;

  constructor(slots: LiveSlots, reusesPrefix: boolean) {
    this.slots = slots;
    this.held = Array.from({ length: slots.current.slots }, () => new HeldTokens());
    this.#reusesPrefix = reusesPrefix;
  }

  get active(): ReadonlySet<Sequence> {
    return this.#active;
  }

  /** Starts a generation in the free slot that holds most of its prompt; undefined when none is free. */
  add(generation: Generation): Sequence | undefined {
    const slot = this.#freeSlot(generation.prompt);
    if (slot === undefined) return undefined;
    const { capacity, valueRowBytes } = this.slots.current;
    const reusedTokens = this.#reusable(slot, generation.prompt);
    this.held[slot]!.cut(reusedTokens);
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
    this.#endAborted();
    if (this.#events.length > 0) return;
    await this.#callRows();
    this.#callDecodes();
    for (;;) {
      const call = this.#pending.shift();
      await call?.read();
      if (!call || call.isDecode || this.#pending.length === 0) return;
    }
  }

  #endAborted(): void {
    for (const sequence of this.#active) {
      if (sequence.isAborted) this.#end(sequence, sequence.abort());
    }
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
    const { slot } = sequence.place;
    const slots = this.slots.current;
    const call = sequence.rowsToRun(this.slots.backend.maxRows);
    if (call.want === "token") {
      slots.startSampling(slot, settings.sampling, prompt, sequence.generated);
    }
    const result = slots.run(call).then(ownRows);
    this.#push(false, [sequence], result, (rows) => this.#readRows(sequence, call, rows));
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
      if (!sequences.every((sequence) => sequence.mayAsk(decodesAhead))) return;
      if (sequences.length === 0) return;
      const rows = sequences.map((sequence) => sequence.decodeRow());
      const result = this.slots.current.decode(rows).then(ownTokens);
      this.#push(true, sequences, result, (tokens) => {
        for (const [i, sequence] of sequences.entries()) {
          this.#readToken(sequence, rows[i]!, tokens[i]!);
        }
      });
    }
  }

  /** Appends a call. Nobody hears of its failure when all of its sequences have ended, unless the device is lost. */
  #push<Result>(
    isDecode: boolean,
    sequences: readonly Sequence[],
    result: Promise<Result>,
    read: (result: Result) => void,
  ): void {
    result.catch(() => {});
    const waitAndRead = async (): Promise<void> => {
      try {
        read(await result);
      } catch (error) {
        if (isDeviceLost(error) || sequences.some((sequence) => this.#active.has(sequence))) {
          throw error;
        }
      }
    };
    this.#pending.push({ isDecode, read: waitAndRead });
  }

  #readRows(sequence: Sequence, call: RowsCall, { token, statistics }: RowsResult): void {
    if (!this.#active.has(sequence)) return;
    this.#hold(sequence, call.firstPosition, call.tokens, call.attention);
    sequence.rowsDone();
    if (token) this.#readDrawn(sequence, token, statistics);
  }

  #readToken(sequence: Sequence, { position, attention }: DecodeRow, token: DecodedToken): void {
    if (!this.#active.has(sequence)) return;
    this.#hold(sequence, position, [sequence.tokenAt(position)], attention);
    this.#readDrawn(sequence, token, token.statistics);
  }

  #readDrawn(sequence: Sequence, drawn: DrawnToken, pass: PassStatistics): void {
    if (!this.#active.has(sequence) || sequence.isAborted) return;
    const { token, summary } = sequence.read(drawn, pass);
    this.#hasLost = false;
    this.#events.push({ kind: "token", sequence, token });
    if (summary) this.#end(sequence, summary);
  }

  #hold(
    { place }: Sequence,
    firstPosition: number,
    tokens: readonly number[],
    attention: PassAttention,
  ): void {
    if (seesEveryKey(attention)) this.held[place.slot]!.add(firstPosition, tokens);
  }

  /** @throws the error, unless it is the first loss of a device since a token came. */
  #recover(error: unknown): void {
    const isFirstLoss = isDeviceLost(error) && !this.#hasLost;
    this.#pending = [];
    for (const held of this.held) held.cut(0);
    if (isDeviceLost(error)) this.slots.lose();
    this.#hasLost = isFirstLoss;
    if (isFirstLoss && this.slots.isOpen) {
      for (const sequence of this.#active) sequence.restart();
      return;
    }
    this.#active.clear();
    this.slots.expectOpen();
    throw error;
  }

  #freeSlot(prompt: readonly number[]): number | undefined {
    const taken = new Set([...this.#active].map(({ place }) => place.slot));
    const free = [...this.held.keys()].filter((slot) => !taken.has(slot));
    const gain = (slot: number): number => this.#reusable(slot, prompt);
    return free.sort((a, b) => gain(b) - gain(a) || this.held[a]!.length - this.held[b]!.length)[0];
  }

  /** The last token of a prompt always runs: the next one is drawn from its row. */
  #reusable(slot: number, prompt: readonly number[]): number {
    if (!this.#reusesPrefix) return 0;
    return Math.min(this.held[slot]!.prefix(prompt), prompt.length - 1);
  }
}

function isDeviceLost(error: unknown): boolean {
  return error instanceof ModelError && error.code === "device-lost";
}

/** Results are views that the next call overwrites; a call may be read later than that. */
function ownRows(result: RowsResult): RowsResult {
  return result.token ? { ...result, statistics: copyPass(result.statistics) } : result;
}

function ownTokens(tokens: readonly DecodedToken[]): readonly DecodedToken[] {
  return tokens.map((token) => ({ ...token, statistics: copyPass(token.statistics) }));
}
