import type { QualityRecord } from "../../quality-record.ts";
import type { Figure, Section } from "../figure.ts";
import { contextFigure } from "./context-figure.ts";
import { droppedMassFigure } from "./dropped-mass-figure.ts";
import { needleFigure } from "./needle-figure.ts";
import { paretoFigure } from "./pareto-figure.ts";
import { promiseFigure } from "./promise-figure.ts";
import { textRows } from "./text-rows.ts";

/** What a quality run shows: a figure appears when its numbers are there. */
export function qualitySection(record: QualityRecord): Section {
  const { model, settings, protocol } = record;
  const texts = [...new Set(record.rows.map(({ text }) => text))];
  const builders = [paretoFigure, contextFigure, promiseFigure, droppedMassFigure, needleFigure];
  const figures = texts.flatMap((text) =>
    builders.map((build) => build(textRows(record, text))).filter((figure) => figure !== undefined),
  );
  return {
    heading: `Quality of ${model.name}, ${rangeOf("context", settings.contexts)}, ${rangeOf("τ", settings.quantiles)}`,
    summary: `On ${texts.join(", ")}; weights ${model.weightType}, SHA-256 ${model.sha256.slice(0, 16)}…; ${model.backend}.`,
    protocol,
    figures: figures satisfies readonly Figure[],
  };
}

/** "context 1,000 to 7,500", "τ 0.75". */
function rangeOf(name: string, values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number): string => value.toLocaleString("en-US");
  return low === high ? `${name} ${text(low)}` : `${name} ${text(low)} to ${text(high)}`;
}
