import { expectShares } from "./observation.ts";
import type { ScheduleSettings } from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";

/** What one layer kept and dropped at one sifted step. The arrays are the reporter's: read them during the call. */
export interface SiftedObservation {
  readonly layer: number;
  /** 1-based generated token. */
  readonly step: number;
  /** Fraction of the visible keys kept: [heads], in [0, 1]. */
  readonly kept: ArrayLike<number>;
  /** Weight of the dropped keys: [heads], in [0, 1]. */
  readonly droppedMass: ArrayLike<number>;
}

/** What one head kept and dropped over the sifted steps reported so far. */
export interface SiftedSummary {
  /** Steps reported; the means and the maximum are 0 while there are none. */
  readonly steps: number;
  /** Fraction of the visible keys, in [0, 1]. */
  readonly meanKept: number;
  /** In [0, 1]. */
  readonly meanDroppedMass: number;
  /** In [0, 1]. */
  readonly maxDroppedMass: number;
}

/** The sums behind the summaries, as plain data. */
export interface SiftedSums {
  /** [layers] */
  readonly steps: readonly number[];
  /** [layers, heads] */
  readonly kept: readonly number[];
  /** [layers, heads] */
  readonly droppedMass: readonly number[];
  /** [layers, heads] */
  readonly maxDroppedMass: readonly number[];
}

function clampToShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Running sums over the sifted steps of one sequence. */
export class SiftedRecord {
  readonly #heads: number;
  readonly #steps: Float64Array;
  readonly #kept: Float64Array;
  readonly #droppedMass: Float64Array;
  readonly #maxDroppedMass: Float64Array;

  constructor({ layers, heads }: ScheduleSettings) {
    this.#heads = heads;
    this.#steps = new Float64Array(layers);
    this.#kept = new Float64Array(layers * heads);
    this.#droppedMass = new Float64Array(layers * heads);
    this.#maxDroppedMass = new Float64Array(layers * heads);
  }

  /** Goes on from the sums of another record. */
  restore(sums: SiftedSums): void {
    this.#steps.set(sums.steps);
    this.#kept.set(sums.kept);
    this.#droppedMass.set(sums.droppedMass);
    this.#maxDroppedMass.set(sums.maxDroppedMass);
  }

  /**
   * Checks a layer's report of its next sifted step and tells which one that is, counted from 1.
   *
   * @param planned sifted steps planned so far
   * @throws SchedulerError "unexpected-observation" or "bad-observation"
   */
  expectNext(
    layer: number,
    kept: ArrayLike<number>,
    droppedMass: ArrayLike<number>,
    planned: number,
  ): number {
    if (this.#steps[layer]! >= planned) {
      throw new SchedulerError(
        "unexpected-observation",
        `layer ${layer}: expected reports of the ${planned} planned sifted steps, got one more`,
      );
    }
    expectShares(`kept of layer ${layer}`, kept, this.#heads);
    expectShares(`droppedMass of layer ${layer}`, droppedMass, this.#heads);
    return this.#steps[layer]! + 1;
  }

  /** Adds a layer's report of one step: [heads] each. */
  add(layer: number, kept: ArrayLike<number>, droppedMass: ArrayLike<number>): void {
    for (let head = 0; head < this.#heads; head++) {
      const at = layer * this.#heads + head;
      const dropped = clampToShare(droppedMass[head]!);
      this.#kept[at]! += clampToShare(kept[head]!);
      this.#droppedMass[at]! += dropped;
      this.#maxDroppedMass[at] = Math.max(this.#maxDroppedMass[at]!, dropped);
    }
    this.#steps[layer]! += 1;
  }

  summary(layer: number, head: number): SiftedSummary {
    const steps = this.#steps[layer]!;
    const at = layer * this.#heads + head;
    return {
      steps,
      meanKept: this.#kept[at]! / Math.max(1, steps),
      meanDroppedMass: this.#droppedMass[at]! / Math.max(1, steps),
      maxDroppedMass: this.#maxDroppedMass[at]!,
    };
  }

  sums(): SiftedSums {
    return {
      steps: Array.from(this.#steps),
      kept: Array.from(this.#kept),
      droppedMass: Array.from(this.#droppedMass),
      maxDroppedMass: Array.from(this.#maxDroppedMass),
    };
  }
}
