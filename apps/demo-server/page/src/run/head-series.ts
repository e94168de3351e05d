import type { HeadLawRecord } from "../../../src/live-events.ts";
import type { Run } from "./run.ts";
import type { StepRecord } from "./step-record.ts";

type Source = Pick<Run, "steps" | "laws" | "clock">;

/** What the law panel draws of one head: aligned columns over the law's clock that grow with the run. */
export class HeadSeries {
  readonly layer: number;
  readonly head: number;
  /** Clock value of each step, rising. */
  readonly x: number[] = [];
  /** τ-quantile of the weights where it was observed. */
  readonly observed: (number | null)[] = [];
  /** The fitted law at each x, once there is one. */
  readonly fitted: (number | null)[] = [];
  /** The threshold θ where one was used. */
  readonly threshold: (number | null)[] = [];
  observedCount = 0;
  law: HeadLawRecord | undefined;
  readonly #source: Source;
  #stepsRead = 0;

  constructor(source: Source, layer: number, head: number) {
    this.#source = source;
    this.layer = layer;
    this.head = head;
  }

  /** Takes in the steps and the law that came since the last call. */
  extend(): this {
    const { steps, laws } = this.#source;
    for (; this.#stepsRead < steps.length; this.#stepsRead++) this.#add(steps[this.#stepsRead]!);
    this.law ??= laws.find(({ layer, head }) => layer === this.layer && head === this.head);
    if (this.law && this.fitted.length > 0 && this.fitted[0] === null) this.fitted.length = 0;
    for (let at = this.fitted.length; at < this.x.length; at++) {
      this.fitted.push(this.law ? evaluateLaw(this.law, this.x[at]!) : null);
    }
    return this;
  }

  #add({ event }: StepRecord): void {
    const observed = event.quantiles?.[this.layer]?.[this.head] ?? null;
    const logThreshold = event.logThresholds?.[this.layer]?.[this.head] ?? null;
    if (observed === null && logThreshold === null) return;
    const isSteps = this.#source.clock === "generated-steps";
    this.x.push(isSteps ? event.step : event.contextLength);
    this.observed.push(observed);
    this.threshold.push(logThreshold === null ? null : Math.exp(logThreshold));
    if (observed !== null) this.observedCount += 1;
  }
}

/** y = exp(logScale) · x^(−exponent). */
export function evaluateLaw(law: Pick<HeadLawRecord, "logScale" | "exponent">, x: number): number {
  return Math.exp(law.logScale - law.exponent * Math.log(x));
}
