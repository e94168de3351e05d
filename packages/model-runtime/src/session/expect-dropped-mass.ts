import type { DroppedMassRule } from "../attention-mode.ts";
import { expectChoice } from "./expect-choice.ts";

/** @throws ModelError "bad-option". */
export function expectDroppedMass(rule: DroppedMassRule): DroppedMassRule {
  return expectChoice("attention.droppedMass", rule, ["none", "renormalise", "mean-value"]);
}
