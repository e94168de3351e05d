import type { LawRecord } from "../../../law/law-record.ts";
import { summariseLaws } from "../../../law/law-summary.ts";
import type { Section } from "../figure.ts";
import { fitQualityFigure } from "./fit-quality-figure.ts";
import { keptMapFigure } from "./kept-map-figure.ts";
import { lawCurvesFigure } from "./law-curves-figure.ts";
import { thresholdErrorFigure } from "./threshold-error-figure.ts";

/** What a law run shows of each text. */
export function lawSection(record: LawRecord): Section {
  const { model, texts, protocol } = record;
  const first = summariseLaws(record).filter(({ variant }) => variant === record.variants[0]!.name);
  const holding = first.map(
    ({ text, quantile, holding, heads }) =>
      `${text} at τ ${quantile} in ${holding} of ${heads} heads`,
  );
  return {
    heading: `The power law in the heads of ${model.name}`,
    summary: `On ${record.variants[0]!.name} the law holds for ${holding.join("; for ")}. Weights ${model.weightType}, SHA-256 ${model.sha256.slice(0, 16)}…; ${model.backend}.`,
    protocol,
    figures: texts.flatMap(({ text }) =>
      [lawCurvesFigure, thresholdErrorFigure, fitQualityFigure, keptMapFigure].map((build) =>
        build(record, text),
      ),
    ),
  };
}
