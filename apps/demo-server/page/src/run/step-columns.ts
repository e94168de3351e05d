import type { StepRecord } from "./step-record.ts";

/** The per-step numbers of a run as growing columns, aligned, one entry a step: what the charts draw. */
export class StepColumns {
  readonly step: number[] = [];
  readonly bytesRead: number[] = [];
  /** Read and skipped: what full attention would have read. */
  readonly bytesAll: number[] = [];
  readonly droppedMass: number[] = [];
  readonly droppedMassMax: number[] = [];
  readonly tokensPerSecond: number[] = [];

  push({ event, droppedMass, droppedMassMax }: StepRecord): void {
    this.step.push(event.step);
    this.bytesRead.push(event.valueBytesRead);
    this.bytesAll.push(event.valueBytesRead + event.valueBytesSkipped);
    this.droppedMass.push(droppedMass);
    this.droppedMassMax.push(droppedMassMax);
    this.tokensPerSecond.push(event.tokensPerSecond);
  }
}
