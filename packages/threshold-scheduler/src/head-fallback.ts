import type { FallbackOptions } from "./schedule-settings.ts";

/** The state of all heads, plain data. */
export interface FallbackState {
  /** First step after the fallback of each head, 0 when it never had one: [layers, heads]. */
  readonly until: readonly number[];
  /** 1 where the first step after a fallback is still to be judged: [layers, heads]. */
  readonly onTrial: readonly number[];
  /** [layers, heads] */
  readonly times: readonly number[];
  readonly fallbacks: number;
}

/** What a report changed for one head. */
export type FallbackChange = "fallback" | "recovered" | "dense" | undefined;

/** Sends heads that drop too much over to full attention for some steps, with a stricter test for the way back. */
export class HeadFallback {
  readonly #options: FallbackOptions;
  readonly #until: Float64Array;
  readonly #onTrial: Uint8Array;
  readonly #times: Uint32Array;
  #fallbacks = 0;

  constructor(heads: number, options: FallbackOptions) {
    this.#options = options;
    this.#until = new Float64Array(heads);
    this.#onTrial = new Uint8Array(heads);
    this.#times = new Uint32Array(heads);
  }

  /** Fallbacks that began, over all heads. */
  get fallbacks(): number {
    return this.#fallbacks;
  }

  isActive(head: number, step: number): boolean {
    return step < this.#until[head]!;
  }

  /**
   * Takes what a head dropped at a step that has been reported, while `next` is being planned.
   *
   * @returns "dense" when it fell back once too often
   */
  observe(
    head: number,
    report: { readonly step: number; readonly dropped: number },
    next: number,
  ): FallbackChange {
    // Reports of steps that were planned before the fallback began, or in it, say nothing new.
    if (report.step < this.#until[head]! || next < this.#until[head]!) return undefined;
    const { above, below, hold, denseAfter } = this.#options;
    const isTrial = this.#onTrial[head] === 1;
    this.#onTrial[head] = 0;
    if (report.dropped <= (isTrial ? below : above)) return isTrial ? "recovered" : undefined;
    this.#until[head] = next + hold;
    this.#onTrial[head] = 1;
    this.#times[head]! += 1;
    this.#fallbacks++;
    return this.#times[head]! >= denseAfter ? "dense" : "fallback";
  }

  state(): FallbackState {
    return {
      until: Array.from(this.#until),
      onTrial: Array.from(this.#onTrial),
      times: Array.from(this.#times),
      fallbacks: this.#fallbacks,
    };
  }

  restore({ until, onTrial, times, fallbacks }: FallbackState): void {
    this.#until.set(until);
    this.#onTrial.set(onTrial);
    this.#times.set(times);
    this.#fallbacks = fallbacks;
  }
}
