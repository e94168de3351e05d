import type { AttentionPlan } from "../plan/attention-plan.ts";
import { selectKnobs } from "./select-knobs.ts";

/**
 * Shapes of the workspace of a selection, in u32. Both start at zero, and every selection leaves `histograms` and the
 * lengths in `candidates` so.
 */
export function selectShapes(plan: AttentionPlan): {
  readonly histograms: readonly number[];
  readonly candidates: readonly number[];
} {
  const { batch, capacity } = plan.options;
  const { headBlocks, blockPitch } = plan.blocks;
  return {
    histograms: [batch, headBlocks, blockPitch, 2 ** selectKnobs(plan).binBits],
    candidates: [batch, headBlocks, blockPitch, capacity + 2],
  };
}
