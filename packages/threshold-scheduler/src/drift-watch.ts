import type { DriftOptions } from "./schedule-settings.ts";

/** The sums of the test, plain data. */
export interface DriftState {
  readonly above: number;
  readonly below: number;
  readonly alarms: number;
}

/**
 * The two-sided test of Page (1954) and Hinkley (1970) for a known mean: deviations past a slack are summed, each way by
 * itself and never below 0; a sum past the limit is an alarm and begins anew.
 */
export class DriftWatch {
  readonly #options: DriftOptions;
  #above = 0;
  #below = 0;
  #alarms = 0;

  constructor(options: DriftOptions) {
    this.#options = options;
  }

  get alarms(): number {
    return this.#alarms;
  }

  /** Takes the deviation of one step; tells whether it raises the alarm. */
  observe(deviation: number): boolean {
    const { slack, limit } = this.#options;
    this.#above = Math.max(0, this.#above + deviation - slack);
    this.#below = Math.max(0, this.#below - deviation - slack);
    if (this.#above <= limit && this.#below <= limit) return false;
    this.#above = 0;
    this.#below = 0;
    this.#alarms++;
    return true;
  }

  state(): DriftState {
    return { above: this.#above, below: this.#below, alarms: this.#alarms };
  }

  restore({ above, below, alarms }: DriftState): void {
    this.#above = above;
    this.#below = below;
    this.#alarms = alarms;
  }
}
