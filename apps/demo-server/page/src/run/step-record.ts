import type { StepEvent } from "../../../src/live-events.ts";

/** One step with the averages that the panels show. Fractions in [0, 1]. */
export interface StepRecord {
  readonly event: StepEvent;
  /** Mean over layers and query heads. */
  readonly kept: number;
  /** Mean over layers and KV heads: the share of value rows that were read. */
  readonly union: number;
  /** Mean over layers and query heads. */
  readonly droppedMass: number;
  readonly droppedMassMax: number;
}

/** Adds the averages to a step's event. */
export function createStepRecord(event: StepEvent): StepRecord {
  return {
    event,
    kept: meanOf(event.kept),
    union: meanOf(event.union),
    droppedMass: meanOf(event.droppedMass),
    droppedMassMax: Math.max(...event.droppedMass.map((row) => Math.max(...row))),
  };
}

function meanOf(rows: readonly (readonly number[])[]): number {
  const values = rows.flat();
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
