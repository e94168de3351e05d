const BINS = 1000;

/** Dropped masses as counts, small enough to keep and to add up over windows. */
export interface MassCounts {
  readonly sum: number;
  readonly max: number;
  /** Of masses in ((bin − 1) / 1000, bin / 1000], as pairs of bin and count; bin 0 holds the zeros. */
  readonly bins: readonly (readonly [bin: number, count: number])[];
}

/** Mean, maximum and percentiles of dropped masses in [0, 1], in constant memory. */
export class MassHistogram {
  readonly #counts: Float64Array = new Float64Array(BINS + 1);
  #count = 0;
  #sum = 0;
  #max = 0;

  add(mass: number): void {
    const bin = Math.min(BINS, Math.max(0, Math.ceil(mass * BINS)));
    this.#counts[bin]! += 1;
    this.#count += 1;
    this.#sum += mass;
    this.#max = Math.max(this.#max, mass);
  }

  addCounts({ sum, max, bins }: MassCounts): void {
    for (const [bin, count] of bins) {
      this.#counts[bin]! += count;
      this.#count += count;
    }
    this.#sum += sum;
    this.#max = Math.max(this.#max, max);
  }

  /** NaN without masses. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** A mass is a float32 sum of weights, which rounding may carry past 1. */
  get max(): number {
    return Math.min(1, this.#max);
  }

  /** At most 0.001 above the nearest-rank percentile, never above the maximum; NaN without masses. */
  percentile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(share * this.#count));
    let bin = 0;
    while (bin < BINS && left > this.#counts[bin]!) left -= this.#counts[bin++]!;
    return Math.min(bin / BINS, this.max);
  }

  counts(): MassCounts {
    const bins: [number, number][] = [];
    this.#counts.forEach((count, bin) => {
      if (count > 0) bins.push([bin, count]);
    });
    return { sum: this.#sum, max: this.#max, bins };
  }
}
