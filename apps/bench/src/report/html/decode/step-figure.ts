import * as Plot from "@observablehq/plot";
import type { DecodeRecord } from "../../../decode/report/decode-record.ts";
import type { DecodeSpeedRow } from "../../../decode/report/decode-row.ts";
import { percent } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { computedCell, numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodLegend, type Placed, placed } from "../quality/text-rows.ts";
import { methodStyle } from "../series.ts";

type At = Placed<DecodeSpeedRow>;

/** Milliseconds of a step in which every sequence of the batch gets a token. */
const stepMs = ({ batch, tokensPerSecond }: DecodeSpeedRow): number =>
  (1000 * batch) / tokensPerSecond.median;

const speed = (rate: number): string => (rate >= 100 ? rate.toFixed(0) : rate.toPrecision(3));

/** Time of a decode step against context length, a panel for each batch. */
export function stepFigure(record: DecodeRecord, model: string): Figure {
  const rows = placed("rows", record.rows)
    .filter(({ row }) => row.model === model)
    .toSorted((a, b) => a.row.batch - b.row.batch || a.row.context - b.row.context);
  const names = rows.map(({ row }) => row.method);
  return {
    id: "decode-step",
    title: `Decode time against context length, ${model}`,
    caption:
      "Time of one whole decode step, in which every sequence of the batch gets a token, from the median tokens per second. Lower is better.",
    fields: ["rows[].context", "rows[].batch", "rows[].tokensPerSecond.median"],
    legend: methodLegend(names),
    draw: (width) => stepPlot(rows, names, width),
    table: {
      headings: ["batch", "context", "method", "ms a step", "tokens/s", "10 %", "90 %", "union"],
      rows: rows.map(({ row, path }) => {
        const rate = `${path}.tokensPerSecond`;
        const { median, p10, p90 } = row.tokensPerSecond;
        return [
          numberCell(`${path}.batch`, row.batch, String(row.batch)),
          numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
          row.method,
          computedCell(stepMs(row), stepMs(row).toPrecision(3)),
          numberCell(`${rate}.median`, median, speed(median)),
          numberCell(`${rate}.p10`, p10, speed(p10)),
          numberCell(`${rate}.p90`, p90, speed(p90)),
          numberCell(`${path}.keptUnion`, row.keptUnion, percent(row.keptUnion)),
        ];
      }),
    },
  };
}

function stepPlot(rows: readonly At[], names: readonly string[], width: number): Plot.PlotOptions {
  const panelOf = ({ row }: At): string => `batch ${row.batch}`;
  const panels = [...new Set(rows.map(panelOf))];
  const isStacked = isNarrow(width) || panels.length > 3;
  const facet = isStacked ? "fy" : "fx";
  const times = logScale(rows.map(({ row }) => stepMs(row)));
  const contexts = [...new Set(rows.map(({ row }) => row.context))];
  const only = contexts.length === 1 ? contexts[0] : undefined;
  const style = ({ row }: At) => methodStyle(row.method, names);
  const stroke = (at: At): string => colour(style(at).colour);
  const place = {
    [facet]: panelOf,
    x: ({ row }: At) => row.context,
    y: ({ row }: At) => stepMs(row),
  };
  return {
    height: isStacked ? 190 * panels.length + 56 : 300,
    marginLeft: 50,
    marginRight: 18,
    marginTop: 44,
    marginBottom: 40,
    fx: { axis: null, padding: 0.1, ...(!isStacked && { domain: panels }) },
    fy: { axis: null, padding: 0.2, ...(isStacked && { domain: panels }) },
    x: {
      type: "log",
      label: "context length, tokens",
      ticks: 4,
      tickFormat: (at: number) => at.toLocaleString("en-US"),
      ...(only !== undefined && { domain: [only / 2, only * 2], ticks: [only] }),
    },
    y: { ...times, label: "ms a step" },
    marks: [
      Plot.gridY(times.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.line(rows as At[], { ...place, z: ({ row }: At) => row.method, stroke, strokeWidth: 2 }),
      Plot.dot(rows as At[], {
        ...place,
        r: 4,
        strokeWidth: 1.8,
        symbol: (at: At) => style(at).symbol,
        stroke,
        fill: (at: At) => (style(at).isHollow ? colour("surface") : stroke(at)),
        title: ({ row, path }: At) =>
          tip(`${row.method}, batch ${row.batch}, context ${row.context}`, [
            [`${path}.tokensPerSecond.median`, row.tokensPerSecond.median],
          ]),
      }),
      Plot.text(panels, {
        [facet]: (panel: string) => panel,
        text: (panel: string) => panel,
        frameAnchor: "top-left",
        dy: -16,
        fontWeight: 600,
        fill: colour("ink"),
      }),
    ],
  };
}
