import type { BudgetUnits } from "./budget-units.ts";
import { expectShares } from "./observation.ts";
import { commonLogThreshold, logQuantileAt, SAMPLED_LEVELS } from "./sampled-levels.ts";
import type { ScheduleSettings } from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";
import { visibleShare } from "./visible-share.ts";
import { QUANTILE_FLOOR } from "./warmup-record.ts";

/** What is kept of a sampled row of the prompt. Plain data. */
export interface PromptRow {
  readonly contextLength: number;
  /** ln of the τ-quantile of each head: [layers, heads]. */
  readonly heads: readonly number[];
  /** ln θ at which each unit keeps its share: [units]. */
  readonly units: readonly number[];
  /** Median weight of each head times the keys that it sees: 1 for a flat head. [layers, heads]. */
  readonly flatness: readonly number[];
}

/** The sampled rows of the prompt of one sequence. */
export class PromptRecord {
  readonly #settings: ScheduleSettings;
  /** Heads of each unit: [units][heads of it]. */
  readonly #headsOfUnit: readonly number[][];
  readonly #rows: PromptRow[] = [];

  constructor(settings: ScheduleSettings, units: BudgetUnits) {
    this.#settings = settings;
    const headsOfUnit: number[][] = Array.from({ length: units.count }, () => []);
    for (const [head, unit] of units.ofHead.entries()) headsOfUnit[unit]!.push(head);
    this.#headsOfUnit = headsOfUnit;
  }

  get rows(): readonly PromptRow[] {
    return this.#rows;
  }

  restore(rows: readonly PromptRow[]): void {
    this.#rows.push(...rows);
  }

  /**
   * Takes one row; rows come in ascending order.
   *
   * @param quantiles [layers, heads, levels]
   * @throws SchedulerError "bad-observation"; the row is then not taken
   */
  observe(contextLength: number, quantiles: ArrayLike<number>): void {
    const { layers, heads } = this.#settings;
    const last = this.#rows.at(-1)?.contextLength ?? 0;
    if (!Number.isSafeInteger(contextLength) || contextLength <= last) {
      throw new SchedulerError(
        "bad-observation",
        `contextLength: expected an integer above the last row's ${last}, got ${contextLength}`,
      );
    }
    const count = layers * heads * SAMPLED_LEVELS.length;
    expectShares("quantiles of the prompt", quantiles, count, "[layers, heads, levels]");
    this.#rows.push(this.reduce(contextLength, quantiles));
  }

  /** What is kept of a row: `quantiles` [layers, heads, levels]. */
  reduce(contextLength: number, quantiles: ArrayLike<number>): PromptRow {
    const logs = logsOf(quantiles);
    const { layers, heads, quantile } = this.#settings;
    const levels = SAMPLED_LEVELS.length;
    const row = Array.from({ length: layers * heads }, (_, at) =>
      logs.subarray(at * levels, (at + 1) * levels),
    );
    const headLogs = row.map((logQuantiles) => logQuantileAt(quantile, logQuantiles));
    const median = SAMPLED_LEVELS.indexOf(1 / 2);
    const flatness = row.map((logQuantiles, at) => {
      const visible =
        contextLength * visibleShare(this.#settings, Math.floor(at / heads), contextLength);
      return Math.exp(logQuantiles[median]!) * visible;
    });
    return {
      contextLength,
      heads: headLogs,
      units: this.#unitLogs(contextLength, logs, headLogs),
      flatness,
    };
  }

  #unitLogs(
    contextLength: number,
    logs: Float64Array,
    headLogs: readonly number[],
  ): readonly number[] {
    const { budget, heads, kvHeads, quantile, controls } = this.#settings;
    if (budget === "head") return headLogs;
    // Where a layer sees fewer keys its weights are that much larger: brought to the whole context.
    const perLayer = heads * SAMPLED_LEVELS.length;
    const whole = logs.map((log, at) => {
      const layer = Math.floor(at / perLayer);
      return log + Math.log(visibleShare(this.#settings, layer, contextLength));
    });
    const kept = startingShare(1 - quantile, controls === "union" ? heads / kvHeads : 1);
    return this.#headsOfUnit.map((members) => commonLogThreshold(kept, whole, members));
  }
}

function logsOf(quantiles: ArrayLike<number>): Float64Array {
  return Float64Array.from(quantiles, (value) => Math.log(Math.max(value, QUANTILE_FLOOR)));
}

/**
 * Fraction of the keys that each head keeps where a group of G heads keeps `union` of the value rows together. A start
 * for the feedback, not a law: on the heads of tales-28m, whose groups have 4, the union is 1.9 to 2.3 times the mean.
 */
export function startingShare(union: number, group: number): number {
  return union / Math.sqrt(group);
}
