import type { CostRecord } from "../../../cost/cost-record.ts";
import type { Section } from "../figure.ts";
import { answerFigure } from "./answer-figure.ts";
import { priceFigure } from "./price-figure.ts";

/** What a million tokens and an answer cost. */
export function costSection(record: CostRecord): Section {
  const { settings, sources, protocol, speeds } = record;
  const models = [...new Set(speeds.map(({ model }) => model))];
  return {
    heading: `What tokens of ${models.join(", ")} cost`,
    summary: `Speeds from ${sources.join(", ")}; at ${settings.pricesPerHour.join(", ")} an hour; a warmup of ${settings.warmup} steps.`,
    protocol,
    figures: models.flatMap((model) => [priceFigure(record, model), answerFigure(record, model)]),
  };
}
