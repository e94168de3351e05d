import type {
  GenerateSummary,
  ScheduleCounters,
  StepStatistics,
} from "@sift-attention/model-runtime";
import type { ResolvedAttention, ScheduleTotals, SiftSummary } from "../live-events.ts";
import { nominalKept } from "../to-attention-mode.ts";

/** Means of what the selecting steps of one generation kept: the sifted ones, or all where there is no warmup. */
export class SiftTotals {
  readonly #kept = new RunningMean();
  readonly #union = new RunningMean();
  readonly #dropped = new RunningMean();

  observe(statistics: StepStatistics): void {
    if (statistics.phase === "warmup") return;
    this.#kept.add(statistics.keptFraction);
    this.#union.add(statistics.unionFraction);
    this.#dropped.add(statistics.droppedMass);
  }

  summary(attention: ResolvedAttention, summary: GenerateSummary): SiftSummary {
    return {
      attention,
      kept_nominal: nominalKept(attention),
      kept_mean: this.#kept.mean,
      union_mean: this.#union.mean,
      dropped_mass_mean: this.#dropped.mean,
      dropped_mass_max: this.#dropped.max,
      value_bytes_read: summary.valueBytesRead,
      value_bytes_skipped: summary.valueBytesSkipped,
      warmup_steps: summary.warmupSteps,
      sift_steps: summary.siftSteps,
      schedule: summary.schedule ? toScheduleTotals(summary.schedule) : null,
    };
  }
}

function toScheduleTotals({ denseHeads, ...counters }: ScheduleCounters): ScheduleTotals {
  return { ...counters, dense_heads: denseHeads };
}

/** Mean and maximum of numbers that come in groups; null before the first. */
class RunningMean {
  #sum = 0;
  #count = 0;
  #max = Number.NEGATIVE_INFINITY;

  add(values: Float32Array): void {
    for (const value of values) {
      this.#sum += value;
      this.#max = Math.max(this.#max, value);
    }
    this.#count += values.length;
  }

  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }
}
