import { expectShares } from "./observation.ts";
import { SAMPLED_LEVELS } from "./sampled-levels.ts";
import type { ScheduleSettings } from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";

/** What all layers reported of one step after the warmup. Plain data. */
export interface StepReport {
  readonly step: number;
  readonly contextLength: number;
  /** Full attention and quantiles, where the others kept and dropped. */
  readonly isDense: boolean;
  /** Layers that have reported. */
  layers: number;
  /** Of a dense step: [layers, heads], or [layers, heads, levels]. */
  readonly quantiles: number[];
  /** [layers, heads] each. */
  readonly kept: number[];
  readonly droppedMass: number[];
  /** [layers, kvHeads]; 0 where it was not told. */
  readonly union: number[];
  /** What the planned thresholds kept, when the step was done again under others. */
  readonly planned?: PlannedShares;
}

/** What thresholds kept: [layers, heads] and [layers, kvHeads]. Plain data. */
export interface PlannedShares {
  readonly kept: readonly number[];
  readonly union: readonly number[];
}

/** The reports of the steps after the warmup that have not been settled, in the order of the steps. */
export class StepReports {
  readonly #settings: ScheduleSettings;
  readonly #open: StepReport[] = [];
  /** Reports that each layer has made of the open steps: [layers]. */
  readonly #reported: Uint32Array;
  #complete = 0;

  constructor(settings: ScheduleSettings) {
    this.#settings = settings;
    this.#reported = new Uint32Array(settings.layers);
  }

  /** Steps that were planned and not settled. */
  get open(): readonly StepReport[] {
    return this.#open;
  }

  /** The last step that all layers reported, 0 before the first. */
  get complete(): number {
    return this.#complete;
  }

  plan(step: number, contextLength: number, isDense: boolean): void {
    const { layers, heads, kvHeads } = this.#settings;
    const zeros = (perLayer: number): number[] => new Array<number>(layers * perLayer).fill(0);
    const numbers = {
      kept: zeros(heads),
      droppedMass: zeros(heads),
      union: zeros(kvHeads),
      quantiles: [],
    };
    this.#open.push({ step, contextLength, isDense, layers: 0, ...numbers });
  }

  /**
   * Takes the quantiles of a dense step: [heads], or [heads, levels] in all layers.
   * @throws SchedulerError as the schedule's methods do
   */
  observeQuantiles(layer: number, quantiles: ArrayLike<number>): StepReport {
    const { heads } = this.#settings;
    const report = this.#next(layer, true);
    const hasLevels = quantiles.length === heads * SAMPLED_LEVELS.length;
    const count = hasLevels ? quantiles.length : heads;
    expectShares(`quantiles of layer ${layer}`, quantiles, count);
    return this.#take(report, layer, () => {
      for (let i = 0; i < count; i++) report.quantiles[layer * count + i] = quantiles[i]!;
    });
  }

  /** Takes what a layer kept and dropped. @throws SchedulerError as the schedule's methods do */
  observeSifted(
    layer: number,
    kept: ArrayLike<number>,
    droppedMass: ArrayLike<number>,
    union: ArrayLike<number> | undefined,
  ): StepReport {
    const { heads, kvHeads, controls, feedback } = this.#settings;
    const report = this.#next(layer, false);
    expectShares(`kept of layer ${layer}`, kept, heads);
    expectShares(`droppedMass of layer ${layer}`, droppedMass, heads);
    if (union) expectShares(`union of layer ${layer}`, union, kvHeads);
    else if (controls === "union" && feedback !== "none") {
      throw new SchedulerError(
        "bad-observation",
        `union of layer ${layer}: expected [${kvHeads}] numbers, which the schedule controls, got none`,
      );
    }
    return this.#take(report, layer, () => {
      for (let head = 0; head < heads; head++) {
        report.kept[layer * heads + head] = toShare(kept[head]!);
        report.droppedMass[layer * heads + head] = toShare(droppedMass[head]!);
      }
      if (!union) return;
      for (let head = 0; head < kvHeads; head++)
        report.union[layer * kvHeads + head] = toShare(union[head]!);
    });
  }

  /** Lets the first open step go, which all layers have reported. */
  settle(): void {
    this.#open.shift();
    for (let layer = 0; layer < this.#reported.length; layer++) this.#reported[layer]! -= 1;
  }

  /** Forgets the reports of the last open step, which all layers have made: it is done again. */
  repeat(): void {
    const { step, contextLength, isDense, kept, union, planned } = this.#open.pop()!;
    for (let layer = 0; layer < this.#reported.length; layer++) this.#reported[layer]! -= 1;
    this.#complete = step - 1;
    this.plan(step, contextLength, isDense);
    this.#open.push({ ...this.#open.pop()!, planned: planned ?? { kept, union } });
  }

  restore(open: readonly StepReport[], reported: readonly number[], complete: number): void {
    this.#open.push(...open.map((report) => structuredClone(report)));
    this.#reported.set(reported);
    this.#complete = complete;
  }

  /** Reports of each layer of the open steps: a copy. */
  reported(): number[] {
    return Array.from(this.#reported);
  }

  #next(layer: number, isDense: boolean): StepReport {
    const report = this.#open[this.#reported[layer]!];
    if (report?.isDense === isDense) return report;
    const kind = isDense ? "quantiles of a dense step" : "a sifted step";
    throw new SchedulerError(
      "unexpected-observation",
      `layer ${layer}: expected ${report ? `a report of step ${report.step}` : "no more reports of the planned steps"}, got ${kind}`,
    );
  }

  #take(report: StepReport, layer: number, write: () => void): StepReport {
    write();
    report.layers++;
    this.#reported[layer]! += 1;
    if (report.layers === this.#settings.layers) this.#complete = report.step;
    return report;
  }
}

function toShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}
