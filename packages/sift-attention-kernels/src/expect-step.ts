import type { DecodeStep } from "./decode-step.ts";
import { expectWhole, type NumberPlace } from "./expect-number.ts";
import type { ResolvedOptions } from "./resolve-options.ts";

const sequencesPlace: NumberPlace = { code: "invalid-step", where: "step: sequences" };
const contextPlace: NumberPlace = { code: "invalid-step", where: "step: longestContext" };

/**
 * Refuses a step beyond the batch or the capacity; allocates nothing.
 * @throws SiftError "invalid-step".
 */
export function expectStep(options: ResolvedOptions, step: DecodeStep): void {
  expectWhole(sequencesPlace, step.sequences, 1, options.batch);
  expectWhole(contextPlace, step.longestContext, 1, options.capacity);
}
