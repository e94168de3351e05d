export type { StepPlan } from "./step-plan.ts";
