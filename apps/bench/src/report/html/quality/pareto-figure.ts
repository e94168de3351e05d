import * as Plot from "@observablehq/plot";
import type { QualityRow } from "../../../quality/quality-row.ts";
import { percent, short } from "../../format-cell.ts";
import type { Figure } from "../figure.ts";
import { isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { computedCell, numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodDots } from "./method-dots.ts";
import { paretoFront } from "./pareto-front.ts";
import { methodLabel, methodLegend, type Placed, type TextRows } from "./text-rows.ts";

interface Point extends Placed<QualityRow> {
  readonly facet: string;
  readonly cost: number;
  readonly loss: number;
  readonly tip: string;
}

function toPoint({ row, path }: Placed<QualityRow>): Point {
  return {
    row,
    path,
    facet: facetOf(row),
    cost: row.valueBytesRead / 1000,
    loss: row.klMean,
    tip: tip(`${methodLabel(row)}, context ${row.context}`, [
      [`${path}.valueBytesRead`, row.valueBytesRead],
      [`${path}.klMean`, row.klMean],
    ]),
  };
}

const facetOf = ({ context }: QualityRow): string => `context ${context.toLocaleString("en-US")}`;

/** KL against value bytes read, and which methods nothing beats in both. */
export function paretoFigure({ text, rows }: TextRows): Figure | undefined {
  const points = rows.map(toPoint);
  const lossy = points.filter(({ loss }) => loss > 0);
  if (lossy.length < 2) return undefined;
  const facets = [...new Set(points.map(({ facet }) => facet))];
  const fronts = facets.flatMap((facet) => paretoFront(lossy.filter((at) => at.facet === facet)));
  const full = points.filter(({ loss }) => loss === 0);
  const names = lossy.map(({ row }) => row.method);
  const losses = logScale(lossy.map(({ loss }) => loss));
  return {
    id: "quality-pareto",
    title: `Quality against bytes read, ${text}`,
    caption:
      "Next-token KL to full attention, against the bytes of value rows that a token reads over all layers. Lower and further left is better; the dashed line joins the methods that no other one beats in both. The vertical line is full attention.",
    fields: ["rows[].valueBytesRead", "rows[].klMean"],
    legend: [
      ...methodLegend(names),
      {
        label: "not beaten",
        style: { colour: "grey", symbol: "circle", isHollow: false },
        line: "dashed",
      },
    ],
    draw: (width) => ({
      height: (facets.length === 1 ? 300 : 190) * facets.length + 70,
      marginLeft: 52,
      marginRight: 16,
      marginTop: 46,
      marginBottom: 40,
      x: {
        label: "value bytes read a token, kB",
        zero: true,
        nice: true,
        ticks: isNarrow(width) ? 4 : 8,
      },
      y: { ...losses, label: "KL to full attention, nats" },
      fx: { axis: null },
      fy: { axis: null, padding: 0.16 },
      facet: { data: points, y: "facet" },
      marks: [
        Plot.gridY(losses.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
        Plot.ruleX(full, {
          x: "cost",
          fy: "facet",
          stroke: colour("grey"),
          strokeWidth: 1.5,
          title: "tip",
        }),
        Plot.line(fronts, {
          x: "cost",
          y: "loss",
          fy: "facet",
          stroke: colour("grey"),
          strokeDasharray: "5,4",
        }),
        methodDots(lossy, names, { x: "cost", y: "loss", fy: "facet" }),
        Plot.text(facets, {
          fy: (facet: string) => facet,
          text: (facet: string) => facet,
          frameAnchor: "top-left",
          dy: -16,
          fontWeight: 600,
          fill: colour("ink"),
        }),
      ],
    }),
    table: {
      headings: [
        "context",
        "method",
        "KL mean",
        "KL 99 %",
        "same token",
        "perplexity ratio",
        "kept per head",
        "union",
        "value kB",
      ],
      rows: rows.map(({ row, path }) => [
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        methodLabel(row),
        numberCell(`${path}.klMean`, row.klMean, short(row.klMean)),
        numberCell(`${path}.klP99`, row.klP99, short(row.klP99)),
        numberCell(`${path}.top1Agreement`, row.top1Agreement, percent(row.top1Agreement)),
        numberCell(`${path}.perplexityRatio`, row.perplexityRatio, row.perplexityRatio.toFixed(4)),
        numberCell(`${path}.keptMean`, row.keptMean, percent(row.keptMean)),
        numberCell(`${path}.keptUnion`, row.keptUnion, percent(row.keptUnion)),
        computedCell(row.valueBytesRead / 1000, (row.valueBytesRead / 1000).toFixed(0)),
      ]),
    },
  };
}
