import { planAttendSifted, planAttendTopK } from "../kernels/attend.ts";
import { planFull } from "../kernels/full.ts";
import { planMergeFull, planMergeSampled, planMergeSifted } from "../kernels/merge.ts";
import { planScores } from "../kernels/scores.ts";
import { planSiftSampled } from "../kernels/sift-sampled.ts";
import { planQuantiles, planTopKCuts } from "../select/plan-select.ts";
import { planAllValueSums, planLastValueSums } from "../value-sums/plan-value-sums.ts";
import type { AttentionPlan } from "./attention-plan.ts";
import type { PlannedKernel } from "./planned-kernel.ts";

/** What a `record*` call can ask for. */
export type RouteName =
  | "scores"
  | "full"
  | "sifted"
  | "topK"
  | "quantiles"
  | "fullWithQuantiles"
  | "allValueSums"
  | "lastValueSums";

/** The dispatches of each call in their order. Kernels that several routes share are the same object. */
export type Routes = { readonly [Name in RouteName]?: readonly PlannedKernel[] };

/** The kernels of a plan; routes that the options leave out are missing. */
export function planRoutes(plan: AttentionPlan): Routes {
  const scores = planScores(plan);
  const merge = planMergeSifted(plan);
  const full = [planFull(plan), planMergeFull(plan)];
  const { topK, quantiles, droppedMass } = plan.options;
  return {
    scores: [scores],
    full,
    sifted:
      plan.options.normaliser === "sampled"
        ? [planSiftSampled(plan), planMergeSampled(plan)]
        : [scores, planAttendSifted(plan), merge],
    ...(topK && { topK: [scores, ...planTopKCuts(plan), planAttendTopK(plan), merge] }),
    ...(quantiles && quantileRoutes(plan, full, scores)),
    ...(droppedMass === "mean-value" && {
      allValueSums: planAllValueSums(plan),
      lastValueSums: planLastValueSums(plan),
    }),
  };
}

function quantileRoutes(
  plan: AttentionPlan,
  full: readonly PlannedKernel[],
  scores: PlannedKernel,
): Pick<Routes, "quantiles" | "fullWithQuantiles"> {
  const quantiles = [scores, ...planQuantiles(plan)];
  return { quantiles, fullWithQuantiles: [...full, ...quantiles] };
}

/** Every kernel of the routes, once. */
export function kernelsOf(routes: Routes): readonly PlannedKernel[] {
  return [...new Set(Object.values(routes).flat())];
}
