import * as Plot from "@observablehq/plot";
import type { QualityRow } from "../../../quality/quality-row.ts";
import { percent, short } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodStyle } from "../series.ts";
import { methodDots } from "./method-dots.ts";
import { methodLabel, methodLegend, type Placed, type TextRows } from "./text-rows.ts";

/** KL and perplexity against context length, at one τ: the one of the runtime's default where it was measured. */
export function contextFigure({ text, rows }: TextRows): Figure | undefined {
  const quantile = preferredQuantile(rows.map(({ row }) => row));
  const points = rows
    .filter(({ row }) => row.quantile === quantile && row.klMean > 0)
    .map((at) => ({ ...at, tip: tipOf(at) }));
  const contexts = [...new Set(points.map(({ row }) => row.context))];
  if (contexts.length < 2) return undefined;
  const names = points.map(({ row }) => row.method);
  const losses = logScale(points.map(({ row }) => row.klMean));
  return {
    id: "quality-context",
    title: `Quality against context length, ${text}`,
    caption: `Next-token KL to full attention at τ ${quantile} as the context grows. Lower is better.`,
    fields: ["rows[].context", "rows[].klMean"],
    legend: methodLegend(names),
    draw: (width) => ({
      height: 300,
      marginLeft: 52,
      marginRight: 20,
      marginTop: 26,
      marginBottom: 40,
      x: {
        type: "log",
        label: "context length, tokens",
        ticks: contexts,
        tickFormat: (at: number) => at.toLocaleString("en-US"),
        ...(isNarrow(width) && { tickRotate: 0 }),
      },
      y: { ...losses, label: "KL to full attention, nats" },
      marks: [
        Plot.gridY(losses.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
        Plot.line(points, {
          x: (at) => at.row.context,
          y: (at) => at.row.klMean,
          z: (at) => at.row.method,
          stroke: (at) => colour(methodStyle(at.row.method, names).colour),
          strokeWidth: 2,
        }),
        methodDots(points, names, { x: (at) => at.row.context, y: (at) => at.row.klMean }),
      ],
    }),
    table: {
      headings: ["method", "context", "KL mean", "union", "same token"],
      rows: points.map(({ row, path }) => [
        methodLabel(row),
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        numberCell(`${path}.klMean`, row.klMean, short(row.klMean)),
        numberCell(`${path}.keptUnion`, row.keptUnion, percent(row.keptUnion)),
        numberCell(`${path}.top1Agreement`, row.top1Agreement, percent(row.top1Agreement)),
      ]),
    },
  };
}

const tipOf = ({ row, path }: Placed<QualityRow>): string =>
  tip(methodLabel(row), [
    [`${path}.context`, row.context],
    [`${path}.klMean`, row.klMean],
  ]);

function preferredQuantile(rows: readonly QualityRow[]): number | undefined {
  const quantiles = rows.flatMap(({ quantile }) => quantile ?? []);
  return quantiles.includes(0.75) ? 0.75 : quantiles[0];
}
