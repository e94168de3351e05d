import type { PassAttention } from "../backend/attention-rule.ts";
import { seesEveryKey } from "./attention-schedule.ts";
import { HeldTokens } from "./held-tokens.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { type SampledRow, sampledRows } from "./sampled-rows.ts";

/** What each of some slots holds, and how much of a prompt that saves. */
export class SlotContents {
  readonly #held: readonly HeldTokens[];
  readonly #reusesPrefix: boolean;

  constructor(slots: number, reusesPrefix: boolean) {
    this.#held = Array.from({ length: slots }, () => new HeldTokens());
    this.#reusesPrefix = reusesPrefix;
  }

  /** Tokens at the beginning of these that a slot holds; none when prefixes are not to be reused. */
  prefix(slot: number, tokens: readonly number[]): number {
    return this.#reusesPrefix ? this.#held[slot]!.prefix(tokens) : 0;
  }

  /** The slot, of those not taken, that holds most of a prompt; of several the one with the least to lose. */
  choose(prompt: readonly number[], taken: ReadonlySet<number>): number | undefined {
    const free = [...this.#held.keys()].filter((slot) => !taken.has(slot));
    const gain = (slot: number): number => this.reusable(slot, prompt);
    const loss = (slot: number): number => this.#held[slot]!.length;
    return free.sort((a, b) => gain(b) - gain(a) || loss(a) - loss(b))[0];
  }

  /** Tokens of a prompt that need not run: never the last one, whose row predicts the next token. */
  reusable(slot: number, prompt: readonly number[]): number {
    return Math.min(this.prefix(slot, prompt), prompt.length - 1);
  }

  /** Forgets what a slot holds after its first `length` tokens. */
  cut(slot: number, length: number): void {
    this.#held[slot]!.cut(length);
  }

  /** What was sampled of the rows that a slot holds. */
  sampled(slot: number): readonly SampledRow[] {
    return this.#held[slot]!.sampled;
  }

  /** Takes rows that are in a slot now. */
  add(slot: number, { tokens, attention }: HeldRows, pass: PassStatistics): void {
    if (!seesEveryKey(attention)) return;
    this.#held[slot]!.add(pass.firstPosition, tokens, sampledRows(attention, pass));
  }

  clear(): void {
    for (const held of this.#held) held.cut(0);
  }
}

/** Rows that ran. */
interface HeldRows {
  readonly tokens: readonly number[];
  readonly attention: PassAttention;
}
