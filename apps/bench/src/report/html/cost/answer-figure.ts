import * as Plot from "@observablehq/plot";
import { breakEvenText } from "../../../cost/cost-markdown.ts";
import type { BreakEvenRow, CostRecord } from "../../../cost/cost-record.ts";
import { type Figure, isNarrow, type LegendItem } from "../figure.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour, type SeriesColour } from "../palette.ts";
import { type Placed, placed } from "../quality/text-rows.ts";

const COLOURS: readonly SeriesColour[] = [
  "green",
  "blue",
  "amber",
  "rose",
  "purple",
  "cyan",
  "olive",
  "brown",
];

interface Point {
  readonly at: Placed<BreakEvenRow>;
  readonly label: string;
  readonly tokens: number;
  readonly share: number;
  readonly tip: string;
}

/** Cost of an answer over its cost under full attention, against its length. */
export function answerFigure({ settings, breakEvens }: CostRecord, model: string): Figure {
  const rows = placed("breakEvens", breakEvens).filter(({ row }) => row.model === model);
  const points = rows.flatMap((at) => pointsOf(at, settings.answers));
  const labels = [...new Set(points.map(({ label }) => label))];
  const colourOf = (label: string): SeriesColour =>
    COLOURS[labels.indexOf(label) % COLOURS.length]!;
  return {
    id: "cost-answer",
    title: `Which answers sifting makes cheaper, ${model}`,
    caption: `Cost of a sifted answer, its warmup of ${settings.warmup} steps included, over the cost of the same under full attention. Below 1 sifting pays; the price per hour cancels out.`,
    fields: ["breakEvens[].ofFull", "settings.answers"],
    legend: labels.map(
      (label): LegendItem => ({
        label,
        style: { colour: colourOf(label), symbol: "circle", isHollow: false },
      }),
    ),
    draw: (width) => ({
      height: 300,
      marginLeft: 46,
      marginRight: 20,
      marginTop: 26,
      marginBottom: 40,
      x: {
        type: "log",
        label: "length of the answer, tokens",
        ticks: settings.answers.filter((_, i) => !isNarrow(width) || i % 2 === 0),
        tickFormat: (at: number) => at.toLocaleString("en-US"),
      },
      y: { label: "cost of full attention's", nice: true, ticks: 5 },
      marks: [
        Plot.gridY({ stroke: colour("line"), strokeOpacity: 1 }),
        Plot.ruleY([1], { stroke: colour("grey"), strokeDasharray: "5,4" }),
        Plot.line(points, {
          x: "tokens",
          y: "share",
          z: "label",
          stroke: ({ label }: Point) => colour(colourOf(label)),
          strokeWidth: 2,
        }),
        Plot.dot(points, {
          x: "tokens",
          y: "share",
          r: 4,
          fill: ({ label }: Point) => colour(colourOf(label)),
          title: "tip",
        }),
      ],
    }),
    table: {
      headings: [
        "method",
        "context",
        "batch",
        "pays",
        ...settings.answers.map((tokens) => `${tokens.toLocaleString("en-US")} tokens`),
      ],
      rows: rows.map(({ row, path }) => [
        row.method,
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        numberCell(`${path}.batch`, row.batch, String(row.batch)),
        row.tokens === null ? "none" : numberCell(`${path}.tokens`, row.tokens, breakEvenText(row)),
        ...row.ofFull.map((share, i) =>
          numberCell(`${path}.ofFull[${i}]`, share, share.toFixed(3)),
        ),
      ]),
    },
  };
}

function pointsOf(at: Placed<BreakEvenRow>, answers: readonly number[]): Point[] {
  const { row, path } = at;
  const label = `${row.method}, context ${row.context.toLocaleString("en-US")}, batch ${row.batch}`;
  return answers.map((tokens, i) => ({
    at,
    label,
    tokens,
    share: row.ofFull[i]!,
    tip: tip(label, [[`${path}.ofFull[${i}]`, row.ofFull[i]!]]),
  }));
}
