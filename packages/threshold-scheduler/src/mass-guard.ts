/** How far a head that dropped too much goes below what would have been just enough, in ln θ. */
const CLEARANCE = 0.5;
/** What it comes back each step that drops little enough, in ln θ. */
const RETURN = 0.02;

/**
 * Lowers ln θ of single heads that dropped more than they may, for the step at hand and, fading, for those after it, so
 * that a head which does so often is not done again each time.
 */
export class MassGuard {
  /** Added to ln θ, at most 0: [layers, heads]. */
  readonly offsets: Float64Array;
  readonly #maxDroppedMass: number;

  constructor(heads: number, maxDroppedMass: number) {
    this.offsets = new Float64Array(heads);
    this.#maxDroppedMass = maxDroppedMass;
  }

  /** Lowers the heads that dropped too much, and with them the thresholds that they had: [layers, heads] each. */
  lower(droppedMass: readonly number[], logThresholds: Float32Array): void {
    for (const [at, mass] of droppedMass.entries()) {
      if (mass <= this.#maxDroppedMass) continue;
      const step = Math.log(mass / this.#maxDroppedMass) + CLEARANCE;
      this.offsets[at]! -= step;
      logThresholds[at]! -= step;
    }
  }

  /** Lets the heads come back: a step counts. */
  relax(): void {
    for (let at = 0; at < this.offsets.length; at++) {
      this.offsets[at] = Math.min(0, this.offsets[at]! + RETURN);
    }
  }
}
