import * as Plot from "@observablehq/plot";
import { isNarrow, type NumberCell } from "../figure.ts";
import { colour, heatColour, heatInk } from "../palette.ts";

/** One head of a map. */
export interface HeatCell {
  /** Heading of the panel. */
  readonly panel: string;
  readonly layer: number;
  readonly head: number;
  readonly value: number;
  readonly path: string;
  /** In the cell, where there is room. */
  readonly text: string;
  readonly tip: string;
  /** Marked by a corner. */
  readonly isMarked?: boolean;
}

/** Panels of layers × heads; the first step holds what lies below the first bound. */
export function heatMap(
  cells: readonly HeatCell[],
  bounds: readonly number[],
  width: number,
): Plot.PlotOptions {
  const panels = [...new Set(cells.map(({ panel }) => panel))];
  const layers = 1 + Math.max(...cells.map(({ layer }) => layer));
  const heads = 1 + Math.max(...cells.map(({ head }) => head));
  const columns = isNarrow(width) || heads > 12 ? 1 : Math.min(3, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const cellWidth = (width - 40) / columns / heads;
  const cellHeight = Math.max(8, Math.min(26, cellWidth));
  const hasText = cellWidth > 21 && cellHeight > 14;
  const step = ({ value }: HeatCell): number => bounds.filter((bound) => value >= bound).length;
  const place = {
    fx: ({ panel }: HeatCell) => panels.indexOf(panel) % columns,
    fy: ({ panel }: HeatCell) => Math.floor(panels.indexOf(panel) / columns),
    x: "head",
    y: "layer",
  };
  const every = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => i).filter((i) => i % Math.ceil(count / 16) === 0);
  return {
    height: rows * (layers * cellHeight + 30) + 56,
    marginLeft: 34,
    marginRight: 2,
    marginTop: 34,
    marginBottom: 34,
    padding: 0.06,
    fx: { axis: null, padding: 0.05 },
    fy: { axis: null, padding: rows > 1 ? 30 / (layers * cellHeight + 30) : 0 },
    x: {
      type: "band",
      label: "head",
      ticks: every(heads),
      tickSize: 0,
      domain:
        every(heads).length === heads ? every(heads) : Array.from({ length: heads }, (_, i) => i),
    },
    y: {
      type: "band",
      label: "layer",
      labelAnchor: "top",
      ticks: every(layers),
      tickSize: 0,
      domain: Array.from({ length: layers }, (_, i) => i),
    },
    marks: [
      Plot.cell(cells as HeatCell[], {
        ...place,
        fill: (cell: HeatCell) => heatColour(step(cell)),
        rx: 2,
        title: "tip",
      }),
      ...(hasText
        ? [
            Plot.text(cells as HeatCell[], {
              ...place,
              text: "text",
              fill: (cell: HeatCell) => heatInk(step(cell)),
              fontSize: 10.5,
              pointerEvents: "none",
            }),
          ]
        : []),
      Plot.cell(
        cells.filter(({ isMarked }) => isMarked),
        {
          ...place,
          stroke: colour("rose"),
          strokeWidth: 1.6,
          fill: "none",
          rx: 2,
          inset: 0.8,
          pointerEvents: "none",
        },
      ),
      Plot.text(panels, {
        fx: (panel: string) => panels.indexOf(panel) % columns,
        fy: (panel: string) => Math.floor(panels.indexOf(panel) / columns),
        text: (panel: string) => panel,
        frameAnchor: "top-left",
        dy: -15,
        fontWeight: 600,
        fill: colour("ink"),
      }),
    ],
  };
}

/** The map as a table: a line for each panel and layer, a column for each head. */
export function heatTable(cells: readonly HeatCell[]): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | NumberCell)[])[];
} {
  const heads = 1 + Math.max(...cells.map(({ head }) => head));
  const lines = [...new Set(cells.map(({ panel, layer }) => JSON.stringify([panel, layer])))];
  return {
    headings: ["", "layer", ...Array.from({ length: heads }, (_, head) => `head ${head}`)],
    rows: lines.map((line) => {
      const [panel, layer] = JSON.parse(line) as [string, number];
      const members = cells.filter((cell) => cell.panel === panel && cell.layer === layer);
      return [
        panel,
        String(layer),
        ...members.map(({ path, value, text }) => ({ path, value, text })),
      ];
    }),
  };
}

/** The steps of a map as words: "under 5 %", "5 to 10 %". */
export function heatCaption(bounds: readonly number[], format: (bound: number) => string): string {
  return `The colour changes at ${bounds.map(format).join(", ")}; darker on white, brighter in the dark, is more.`;
}
