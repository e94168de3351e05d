import type { CustomMode } from "../attention-mode.ts";
import type { PassAttention } from "../backend/attention-rule.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";

/** Scores of a pass at most, over the query heads of a layer: they all lie in memory while the rule chooses. */
const MOST_SCORES = 2 ** 23;

/** A rule of the caller's for every row. Rows run one after the other, so that it sees each before it chooses the next. */
export function createCustomSchedule(
  { name, createRule, seesPrompt, droppedMass }: Required<CustomMode>,
  config: ModelConfig,
): AttentionSchedule {
  const { layers, queryHeads, kvHeads, headDim } = config;
  const choose = createRule({ layers, queryHeads, kvHeads, headDim });
  const attention: PassAttention = { rule: { kind: "custom", name, choose, droppedMass } };
  const rowsThatFit = (firstPosition: number, rows: number): number =>
    Math.max(1, Math.min(rows, Math.floor(MOST_SCORES / (queryHeads * (firstPosition + rows)))));
  let steps = 0;
  return {
    prepared: attention,
    plansAhead: true,
    plan(firstPosition, wanted) {
      const rows = rowsThatFit(firstPosition, wanted);
      const firstStep = steps + 1;
      steps += rows;
      return { phase: "full", rows, firstStep, attention };
    },
    ...(seesPrompt && {
      planPrompt: (firstPosition, wanted) => {
        const rows = rowsThatFit(firstPosition, wanted);
        return { phase: "full", rows, firstStep: 1, attention };
      },
    }),
    observe() {},
    laws: () => [],
  };
}
