import type { Session, SiftMode } from "@sift-attention/model-runtime";
import {
  type Baseline,
  scoreBaseline,
  scoreWindow,
  type WindowPass,
} from "../quality/score-window.ts";
import type { WindowResult } from "../quality/window-comparison.ts";
import { windowProtocol } from "../quality/window-protocol.ts";
import type { CellStore } from "../store/cell-store.ts";
import type { TextWindow } from "../text/text-windows.ts";

/** Windows that candidates are measured on, one after the other. */
export interface MeasuredWindows {
  readonly session: Session;
  readonly layers: number;
  readonly windows: readonly TextWindow[];
  /** The longest warmup of any candidate: what is compared lies behind it. */
  readonly longestWarmup: number;
  readonly store: CellStore;
  /** What results depend on beside tokens and settings: model and runtime. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** Full attention's log-probabilities of the windows, held as long as their owner is. */
export class WindowMeter {
  readonly #measured: MeasuredWindows;
  readonly #baselines: Map<number, Baseline> = new Map();

  constructor(measured: MeasuredWindows) {
    this.#measured = measured;
  }

  /** One result for each window, measured or read from the store. @throws the signal's reason when it was aborted. */
  async measure(attention: SiftMode): Promise<WindowResult[]> {
    const { windows, store, identity, longestWarmup } = this.#measured;
    const results: WindowResult[] = [];
    for (const [i, { tokens }] of windows.entries()) {
      const cell = { kind: "advise", ...identity, tokens, attention, longestWarmup };
      let result = store.read<WindowResult>(cell);
      if (!result) {
        result = await scoreWindow(this.#pass(i), attention, await this.#baseline(i));
        store.write(cell, result);
      }
      results.push(result);
    }
    return results;
  }

  async #baseline(window: number): Promise<Baseline> {
    const known = this.#baselines.get(window);
    if (known) return known;
    const baseline = await scoreBaseline(this.#pass(window));
    this.#baselines.set(window, baseline);
    return baseline;
  }

  #pass(window: number): WindowPass {
    const { session, layers, windows, longestWarmup, signal } = this.#measured;
    const { tokens } = windows[window]!;
    const protocol = windowProtocol(tokens.length, longestWarmup);
    return { session, layers, tokens, protocol, outputRows: 0, ...(signal && { signal }) };
  }
}
