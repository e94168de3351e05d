import type { ScheduleSettings } from "./schedule-settings.ts";

/** Heads that share one threshold are a unit: a head, a KV head's query heads, or all of them. */
export class BudgetUnits {
  readonly count: number;
  /** Unit of each head: [layers, heads]. */
  readonly ofHead: Uint32Array;
  readonly #settings: ScheduleSettings;

  constructor(settings: ScheduleSettings) {
    const { layers, heads, kvHeads, budget } = settings;
    const group = heads / kvHeads;
    this.#settings = settings;
    this.count = { head: layers * heads, group: layers * kvHeads, model: 1 }[budget];
    this.ofHead = Uint32Array.from({ length: layers * heads }, (_, at) => {
      if (budget === "model") return 0;
      return budget === "head" ? at : Math.floor(at / group);
    });
  }

  /**
   * Mean of a number over the heads of each unit that are not dense: [units], NaN for a unit without any.
   *
   * @param values [layers, heads]
   * @param isDense [layers, heads], 1 where left out
   */
  meanOverHeads(values: ArrayLike<number>, isDense: Uint8Array): Float64Array {
    const sums = new Float64Array(this.count);
    const counts = new Float64Array(this.count);
    for (let at = 0; at < values.length; at++) {
      if (isDense[at] === 1) continue;
      sums[this.ofHead[at]!]! += values[at]!;
      counts[this.ofHead[at]!]! += 1;
    }
    return sums.map((sum, unit) => sum / counts[unit]!);
  }

  /**
   * Mean of a number over the KV heads of each unit that have a head which is not dense: [units], NaN without any.
   *
   * @param values [layers, kvHeads]
   * @param isDense [layers, heads]
   */
  meanOverGroups(values: ArrayLike<number>, isDense: Uint8Array): Float64Array {
    const { heads, kvHeads } = this.#settings;
    const group = heads / kvHeads;
    const sums = new Float64Array(this.count);
    const counts = new Float64Array(this.count);
    for (let at = 0; at < values.length; at++) {
      const first = at * group;
      if (isDense.subarray(first, first + group).every((mark) => mark === 1)) continue;
      sums[this.ofHead[first]!]! += values[at]!;
      counts[this.ofHead[first]!]! += 1;
    }
    return sums.map((sum, unit) => sum / counts[unit]!);
  }
}
