import { expectShares } from "./observation.ts";
import { type ScheduleSettings, warmupCapacity } from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";

/**
 * Quantiles below this count as this: the smallest normal f32, 2^−126. Zero has no logarithm, and devices that flush
 * denormals would else fit other laws than devices that keep them.
 */
export const QUANTILE_FLOOR: number = 2 ** -126;

/** What the warmup of one sequence saw: a clock value per step, a quantile per layer, head and step. */
export class WarmupRecord {
  readonly #settings: ScheduleSettings;
  /** Steps that there is room for. */
  readonly #capacity: number;
  /** [capacity] */
  readonly #clock: Float64Array;
  /** [layers, heads, capacity] */
  readonly #quantiles: Float64Array;
  /** Steps that each layer has reported: [layers]. */
  readonly #observed: Uint32Array;
  #planned = 0;
  #floored = 0;

  constructor(settings: ScheduleSettings) {
    const { layers, heads } = settings;
    this.#settings = settings;
    this.#capacity = warmupCapacity(settings);
    this.#clock = new Float64Array(this.#capacity);
    this.#quantiles = new Float64Array(layers * heads * this.#capacity);
    this.#observed = new Uint32Array(layers);
  }

  /** Steps planned, at most the warmup. */
  get planned(): number {
    return this.#planned;
  }

  /** Steps that all layers have reported. */
  get complete(): number {
    return Math.min(...this.#observed);
  }

  /** Steps that a layer has reported. */
  observed(layer: number): number {
    return this.#observed[layer]!;
  }

  /** Quantiles that were at or below the floor. */
  get floored(): number {
    return this.#floored;
  }

  /**
   * Takes the clock value of the next warmup step.
   *
   * @throws SchedulerError "constant-clock" at the last step, when no fit would be possible; the step is not taken
   */
  plan(x: number): void {
    const { warmup, fit } = this.#settings;
    if (warmup !== "auto" && this.#planned === warmup - 1 && fit !== "slope-prior")
      this.#expectDifferent(x);
    this.#clock[this.#planned++] = x;
  }

  /**
   * Takes a layer's quantiles of its next step.
   *
   * @param quantiles [heads]
   * @throws SchedulerError "unexpected-observation" or "bad-observation"; the step is then not taken
   */
  observe(layer: number, quantiles: ArrayLike<number>): void {
    const { heads } = this.#settings;
    const step = this.#observed[layer]!;
    if (step >= this.#planned) {
      throw new SchedulerError(
        "unexpected-observation",
        `layer ${layer}: expected quantiles of the ${this.#planned} planned warmup steps, got those of one more`,
      );
    }
    expectShares(`quantiles of layer ${layer}`, quantiles, heads);
    for (let head = 0; head < heads; head++) {
      const quantile = quantiles[head]!;
      if (quantile <= QUANTILE_FLOOR) this.#floored++;
      const at = (layer * heads + head) * this.#capacity + step;
      this.#quantiles[at] = Math.max(quantile, QUANTILE_FLOOR);
    }
    this.#observed[layer] = step + 1;
  }

  /** @throws SchedulerError "missing-observations" */
  expectComplete(): void {
    const { warmup } = this.#settings;
    if (warmup === "auto" || this.complete >= warmup) return;
    const layer = this.#observed.findIndex((observed) => observed < warmup);
    throw new SchedulerError(
      "missing-observations",
      `layer ${layer}: expected quantiles of ${warmup} warmup steps before step ${warmup + 1}, ` +
        `got those of ${this.#observed[layer]}`,
    );
  }

  /** Quantiles that a head has reported, one per step: a view. */
  quantiles(layer: number, head: number): Float64Array {
    const { heads } = this.#settings;
    const at = (layer * heads + head) * this.#capacity;
    return this.#quantiles.subarray(at, at + this.#observed[layer]!);
  }

  /** Clock values of all planned steps: a copy. */
  plannedClock(): number[] {
    return Array.from(this.#clock.subarray(0, this.#planned));
  }

  /** What a layer has reported, in the order of arrival: [steps, heads], a copy. */
  rows(layer: number): number[] {
    const { heads } = this.#settings;
    const length = this.#observed[layer]! * heads;
    return Array.from({ length }, (_, i) => {
      const step = Math.floor(i / heads);
      return this.#quantiles[(layer * heads + (i % heads)) * this.#capacity + step]!;
    });
  }

  #expectDifferent(last: number): void {
    const earlier = this.#clock.subarray(0, this.#planned);
    if (earlier.some((x) => Math.log(x) !== Math.log(last))) return;
    throw new SchedulerError(
      "constant-clock",
      `expected at least two different context lengths in the warmup, got ${last} in all of it: ` +
        "plan each step with its own, or choose the slope-prior fit or the generated-steps clock",
    );
  }
}
