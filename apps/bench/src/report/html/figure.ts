import type { PlotOptions } from "@observablehq/plot";
import type { SeriesStyle } from "./series.ts";

/** One plot with its table, before it is drawn. */
export interface Figure {
  /** Unique in a report, fit for a file name: "quality-pareto". */
  readonly id: string;
  readonly title: string;
  /** What it shows and how to read it, in a sentence or two. */
  readonly caption: string;
  /** The fields it shows, as paths into the file: "rows[].klMean". */
  readonly fields: readonly string[];
  readonly legend?: readonly LegendItem[];
  /** The plot at a width in CSS pixels: a desktop's or a phone's. */
  draw(width: number): PlotOptions;
  readonly table: FigureTable;
}

export interface LegendItem {
  readonly label: string;
  readonly style: SeriesStyle;
  /** A line instead of a symbol. */
  readonly line?: "solid" | "dashed" | "band";
}

/** The figure's numbers. */
export interface FigureTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Text, or a number that stands in the file. */
export type Cell = string | NumberCell;

export interface NumberCell {
  readonly value: number;
  /** Where it stands in the file: "rows[3].klMean". Absent for what was computed from the cells beside it. */
  readonly path?: string;
  /** As people read it. */
  readonly text: string;
}

/** Results of one file, and what is drawn of them. */
export interface Section {
  readonly heading: string;
  /** What was measured on what. */
  readonly summary: string;
  /** How it was measured, sentence by sentence. */
  readonly protocol: readonly string[];
  readonly figures: readonly Figure[];
}

/** A phone's width draws larger parts. */
export const isNarrow = (width: number): boolean => width < 500;
