import * as Plot from "@observablehq/plot";
import { price } from "../../../cost/cost-markdown.ts";
import type { CostRecord, PriceRow } from "../../../cost/cost-record.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodLegend, type Placed, placed } from "../quality/text-rows.ts";
import { methodStyle } from "../series.ts";

const PANEL_LIMIT = 3;

/** Price of a million tokens against context length, for each batch, at the first price per hour. */
export function priceFigure(record: CostRecord, model: string): Figure {
  const rows = placed("prices", record.prices).filter(({ row }) => row.model === model);
  const { pricesPerHour } = record.settings;
  const names = rows.map(({ row }) => row.method);
  return {
    id: "cost-price",
    title: `Price of a million tokens, ${model}`,
    caption: `At ${pricesPerHour[0]} an hour, against the context in the cache; prices for other rates are in the table and grow in proportion. Lower is better.`,
    fields: ["prices[].perMillion", "prices[].context", "prices[].batch"],
    legend: methodLegend(names),
    draw: (width) => pricePlot(rows, names, width),
    table: {
      headings: [
        "batch",
        "context",
        "method",
        "tokens/s",
        ...pricesPerHour.map((perHour) => `at ${perHour}/h`),
        "of full",
      ],
      rows: rows.map(({ row, path }) => [
        numberCell(`${path}.batch`, row.batch, String(row.batch)),
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        row.method,
        numberCell(`${path}.tokensPerSecond`, row.tokensPerSecond, price(row.tokensPerSecond)),
        ...row.perMillion.map((value, i) =>
          numberCell(`${path}.perMillion[${i}]`, value, price(value)),
        ),
        row.ofFull === null ? "" : numberCell(`${path}.ofFull`, row.ofFull, row.ofFull.toFixed(3)),
      ]),
    },
  };
}

type At = Placed<PriceRow>;

function pricePlot(rows: readonly At[], names: readonly string[], width: number): Plot.PlotOptions {
  const panelOf = ({ row }: At): string => `batch ${row.batch}`;
  const panels = [...new Set(rows.map(panelOf))];
  const isStacked = isNarrow(width) || panels.length > PANEL_LIMIT;
  const facet = isStacked ? "fy" : "fx";
  const prices = logScale(rows.map(({ row }) => row.perMillion[0]!));
  const contexts = [...new Set(rows.map(({ row }) => row.context))];
  const place = {
    [facet]: panelOf,
    x: ({ row }: At) => row.context,
    y: ({ row }: At) => row.perMillion[0]!,
  };
  const style = ({ row }: At) => methodStyle(row.method, names);
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
      ...(contexts.length < 2
        ? { domain: [contexts[0]! / 2, contexts[0]! * 2], ticks: contexts }
        : { ticks: isNarrow(width) ? 3 : 4 }),
      tickFormat: (at: number) => at.toLocaleString("en-US"),
    },
    y: { ...prices, label: "price of a million tokens" },
    marks: [
      Plot.gridY(prices.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.line(rows as At[], {
        ...place,
        z: ({ row }: At) => row.method,
        stroke: (at: At) => colour(style(at).colour),
        strokeWidth: 2,
      }),
      Plot.dot(rows as At[], {
        ...place,
        r: 4,
        strokeWidth: 1.8,
        symbol: (at: At) => style(at).symbol,
        stroke: (at: At) => colour(style(at).colour),
        fill: (at: At) => colour(style(at).isHollow ? "surface" : style(at).colour),
        title: ({ row, path }: At) =>
          tip(`${row.method}, batch ${row.batch}, context ${row.context}`, [
            [`${path}.perMillion[0]`, row.perMillion[0]!],
            [`${path}.tokensPerSecond`, row.tokensPerSecond],
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
