import { fitPowerLaw, type PowerLawFit, predictionInterval } from "@sift-attention/power-law";
import type { BudgetUnits } from "./budget-units.ts";
import type { PromptRecord } from "./prompt-record.ts";
import type { ScheduleFit, ScheduleSettings } from "./schedule-settings.ts";
import type { WarmupRecord } from "./warmup-record.ts";

/** Points of a law: clock values, and ln θ at each. */
interface LawPoints {
  readonly x: readonly number[];
  readonly theta: readonly number[];
}

/** Units whose prediction must be within the tolerance for an automatic warmup to end. */
const CERTAIN_SHARE = 0.9;
/** Level of the interval that is held against the tolerance. */
const CERTAIN_LEVEL = 0.9;

/** Laws of units and of heads, fitted to the rows of the prompt and the first steps of the warmup. */
export class UnitLaws {
  readonly #settings: ScheduleSettings;
  readonly #units: BudgetUnits;
  readonly #prompt: PromptRecord;
  readonly #warmup: WarmupRecord;

  constructor(
    settings: ScheduleSettings,
    units: BudgetUnits,
    { prompt, warmup }: { readonly prompt: PromptRecord; readonly warmup: WarmupRecord },
  ) {
    this.#settings = settings;
    this.#units = units;
    this.#prompt = prompt;
    this.#warmup = warmup;
  }

  /** Rows of the prompt and steps of the warmup that there are to fit. */
  rows(steps: number): number {
    return this.#prompt.rows.length + steps;
  }

  /** The law of a unit; undefined when nothing was seen. */
  unit(unit: number, steps: number, method: ScheduleFit): PowerLawFit | undefined {
    return fit(this.#unitPoints(unit, steps), method);
  }

  /** The law of a head's own τ-quantiles; undefined when nothing was seen. */
  head(at: number, steps: number, method: ScheduleFit): PowerLawFit | undefined {
    return fit(this.headPoints(at, steps), method);
  }

  /** What a head's law is fitted to. */
  headPoints(at: number, steps: number): LawPoints {
    const { heads } = this.#settings;
    const warmup = this.#warmup.quantiles(Math.floor(at / heads), at % heads).subarray(0, steps);
    return {
      x: this.#clock(warmup.length),
      theta: [...this.#prompt.rows.map((row) => Math.exp(row.heads[at]!)), ...warmup],
    };
  }

  /** Whether nearly all units can be predicted at the longest planned context. */
  areCertain(steps: number): boolean {
    const { fit: method, warmupTolerance, longestContext } = this.#settings;
    let certain = 0;
    for (let unit = 0; unit < this.#units.count; unit++) {
      const law = this.unit(unit, steps, method);
      if (!law || !(law.degreesOfFreedom > 0)) continue;
      const { lowLog, highLog } = predictionInterval(law, longestContext, CERTAIN_LEVEL);
      if (highLog - lowLog <= 2 * warmupTolerance) certain++;
    }
    return certain >= CERTAIN_SHARE * this.#units.count;
  }

  #clock(steps: number): readonly number[] {
    return [
      ...this.#prompt.rows.map(({ contextLength }) => contextLength),
      ...this.#warmup.plannedClock().slice(0, steps),
    ];
  }

  #unitPoints(unit: number, steps: number): LawPoints {
    if (this.#settings.budget === "head") return this.headPoints(unit, steps);
    return {
      x: this.#clock(steps),
      theta: [
        ...this.#prompt.rows.map((row) => Math.exp(row.units[unit]!)),
        ...this.#meanQuantiles(unit, steps),
      ],
    };
  }

  /** Geometric mean of the quantiles of a unit's heads at each warmup step: a start for its common threshold. */
  #meanQuantiles(unit: number, steps: number): readonly number[] {
    const { heads } = this.#settings;
    const logs = new Float64Array(steps);
    let count = 0;
    for (const [at, of] of this.#units.ofHead.entries()) {
      if (of !== unit) continue;
      const quantiles = this.#warmup.quantiles(Math.floor(at / heads), at % heads);
      for (let step = 0; step < steps; step++) logs[step]! += Math.log(quantiles[step]!);
      count++;
    }
    return Array.from(logs, (sum) => Math.exp(sum / count));
  }
}

function fit({ x, theta }: LawPoints, method: ScheduleFit): PowerLawFit | undefined {
  if (x.length === 0) return undefined;
  const isTooFew = method !== "slope-prior" && new Set(x).size < 2;
  return fitPowerLaw(x, theta, { method: isTooFew ? "slope-prior" : method });
}
