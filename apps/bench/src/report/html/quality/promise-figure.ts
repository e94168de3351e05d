import * as Plot from "@observablehq/plot";
import { percent } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodDots } from "./method-dots.ts";
import { methodLabel, methodLegend, type TextRows } from "./text-rows.ts";

/** What each method keeps against what it was asked to. */
export function promiseFigure({ text, rows }: TextRows): Figure | undefined {
  const points = rows
    .filter(({ row }) => row.quantile !== null)
    .map(({ row, path }) => ({
      row,
      path,
      tip: tip(`${methodLabel(row)}, context ${row.context}`, [
        [`${path}.keptNominal`, row.keptNominal],
        [`${path}.keptMean`, row.keptMean],
      ]),
    }));
  const nominal = [...new Set(points.map(({ row }) => row.keptNominal))];
  if (points.length === 0) return undefined;
  const names = points.map(({ row }) => row.method);
  const isOne = nominal.length < 2;
  return {
    id: "quality-promise",
    title: `Kept and asked for, ${text}`,
    caption: isOne
      ? `Keys kept per query head, at each context length; the line is what was asked for, ${percent(nominal[0]!)}.`
      : "Keys kept per query head against the share that was asked for. On the line a method keeps its promise; above it, it keeps more.",
    fields: isOne
      ? ["rows[].context", "rows[].keptMean", "rows[].keptNominal"]
      : ["rows[].keptNominal", "rows[].keptMean"],
    legend: methodLegend(names),
    draw: (width) => ({
      height: 280,
      marginLeft: 46,
      marginRight: 20,
      marginTop: 26,
      marginBottom: 40,
      x: isOne
        ? {
            type: "log",
            label: "context length, tokens",
            ticks: [...new Set(points.map(({ row }) => row.context))],
            tickFormat: (at: number) => at.toLocaleString("en-US"),
            inset: 12,
          }
        : {
            label: "asked for, % of the keys",
            percent: true,
            zero: true,
            ticks: isNarrow(width) ? 4 : 6,
          },
      y: { label: "kept, % of the keys", percent: true, zero: true, nice: true, ticks: 5 },
      marks: [
        Plot.gridY({ stroke: colour("line"), strokeOpacity: 1 }),
        isOne
          ? Plot.ruleY(nominal, { stroke: colour("grey"), strokeDasharray: "5,4" })
          : Plot.line([0, Math.max(...nominal)], {
              x: (at: number) => at,
              y: (at: number) => at,
              stroke: colour("grey"),
              strokeDasharray: "5,4",
            }),
        methodDots(points, names, {
          x: ({ row }) => (isOne ? row.context : row.keptNominal),
          y: ({ row }) => row.keptMean,
        }),
      ],
    }),
    table: {
      headings: ["method", "context", "asked for", "kept per head", "union"],
      rows: points.map(({ row, path }) => [
        methodLabel(row),
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        numberCell(`${path}.keptNominal`, row.keptNominal, percent(row.keptNominal)),
        numberCell(`${path}.keptMean`, row.keptMean, percent(row.keptMean)),
        numberCell(`${path}.keptUnion`, row.keptUnion, percent(row.keptUnion)),
      ]),
    },
  };
}
