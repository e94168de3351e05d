import * as Plot from "@observablehq/plot";
import { short } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodDots } from "./method-dots.ts";
import { methodLabel, methodLegend, type TextRows } from "./text-rows.ts";

/** KL against the mass that was dropped: what the fill is worth. */
export function droppedMassFigure({ text, rows }: TextRows): Figure | undefined {
  const points = rows
    .filter(({ row }) => row.klMean > 0 && row.droppedMassMean > 0)
    .map(({ row, path }) => ({
      row,
      path,
      tip: tip(`${methodLabel(row)}, context ${row.context}`, [
        [`${path}.droppedMassMean`, row.droppedMassMean],
        [`${path}.klMean`, row.klMean],
      ]),
    }));
  if (points.length < 3) return undefined;
  const names = points.map(({ row }) => row.method);
  const losses = logScale(points.map(({ row }) => row.klMean));
  return {
    id: "quality-dropped-mass",
    title: `What dropped mass costs, ${text}`,
    caption:
      "Next-token KL to full attention against the mean attention weight of the dropped keys. Hollow marks lose that weight; filled ones put the mean value in its place.",
    fields: ["rows[].droppedMassMean", "rows[].klMean"],
    legend: methodLegend(names),
    draw: (width) => ({
      height: 320,
      marginLeft: 52,
      marginRight: 20,
      marginTop: 26,
      marginBottom: 40,
      x: {
        label: "dropped mass, mean over heads and positions",
        zero: true,
        nice: true,
        ticks: isNarrow(width) ? 4 : 8,
      },
      y: { ...losses, label: "KL to full attention, nats" },
      marks: [
        Plot.gridY(losses.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
        methodDots(points, names, {
          x: ({ row }) => row.droppedMassMean,
          y: ({ row }) => row.klMean,
        }),
      ],
    }),
    table: {
      headings: [
        "method",
        "context",
        "dropped mean",
        "dropped 99 %",
        "dropped most",
        "KL mean",
        "KL most",
      ],
      rows: points.map(({ row, path }) => [
        methodLabel(row),
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        numberCell(`${path}.droppedMassMean`, row.droppedMassMean, short(row.droppedMassMean)),
        numberCell(`${path}.droppedMassP99`, row.droppedMassP99, short(row.droppedMassP99)),
        numberCell(`${path}.droppedMassMax`, row.droppedMassMax, short(row.droppedMassMax)),
        numberCell(`${path}.klMean`, row.klMean, short(row.klMean)),
        numberCell(`${path}.klMax`, row.klMax, short(row.klMax)),
      ]),
    },
  };
}
