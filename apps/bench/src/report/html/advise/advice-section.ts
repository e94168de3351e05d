import { adviceVerdict, lawVerdicts } from "../../../advise/advice-markdown.ts";
import type { AdviceRecord } from "../../../advise/advice-record.ts";
import type { Section } from "../figure.ts";
import { fitCells, fitMapFigure } from "../law/fit-quality-figure.ts";
import { candidatesFigure } from "./candidates-figure.ts";

/** What was tried, what is advised and where the law holds. */
export function adviceSection(record: AdviceRecord): Section {
  const { model, protocol, texts, fits } = record;
  return {
    heading: `How to sift with ${model.name}`,
    summary: `${adviceVerdict(record).replaceAll("**", "")} ${lawVerdicts(record)
      .map((verdict) => verdict.replace(/; not in .*/, "."))
      .join(" ")}`,
    protocol,
    figures: [
      candidatesFigure(record),
      ...texts.map(({ text }) =>
        fitMapFigure(
          text,
          fitCells(fits, (fit) => fit.text === text),
        ),
      ),
    ],
  };
}
