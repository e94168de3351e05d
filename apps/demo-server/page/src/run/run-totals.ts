import type { StepRecord } from "./step-record.ts";

/** Sums over a run's steps, kept up to date so that a table row costs nothing. */
export class RunTotals {
  valueBytesRead = 0;
  valueBytesSkipped = 0;
  warmupSteps = 0;
  /** Steps that selected keys: all but the warmup. */
  selectingSteps = 0;
  droppedMassMax = 0;
  #kept = 0;
  #union = 0;
  #droppedMass = 0;
  #seconds = 0;
  #timedSteps = 0;

  add({ event, kept, union, droppedMass, droppedMassMax }: StepRecord): void {
    this.valueBytesRead += event.valueBytesRead;
    this.valueBytesSkipped += event.valueBytesSkipped;
    if (event.tokensPerSecond > 0) {
      this.#seconds += 1 / event.tokensPerSecond;
      this.#timedSteps += 1;
    }
    if (event.phase === "warmup") {
      this.warmupSteps += 1;
      return;
    }
    this.selectingSteps += 1;
    this.#kept += kept;
    this.#union += union;
    this.#droppedMass += droppedMass;
    this.droppedMassMax = Math.max(this.droppedMassMax, droppedMassMax);
  }

  /** Means over the selecting steps; absent when there were none. Fractions in [0, 1]. */
  get means(): { kept: number; union: number; droppedMass: number } | undefined {
    const steps = this.selectingSteps;
    if (steps === 0) return undefined;
    return {
      kept: this.#kept / steps,
      union: this.#union / steps,
      droppedMass: this.#droppedMass / steps,
    };
  }

  /** Rates average by their times. */
  get tokensPerSecond(): number | undefined {
    return this.#timedSteps === 0 ? undefined : this.#timedSteps / this.#seconds;
  }
}
