import * as Plot from "@observablehq/plot";
import type { AdviceRecord } from "../../../advise/advice-record.ts";
import type { CandidateFigures } from "../../../advise/candidate-figures.ts";
import { describeSettings } from "../../../advise/run-advice.ts";
import { percent, short } from "../../format-cell.ts";
import { type Cell, type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour, type SeriesColour } from "../palette.ts";
import type { SeriesStyle } from "../series.ts";

interface Point {
  readonly kind: string;
  readonly label: string;
  readonly figures: CandidateFigures;
  readonly path: string;
}

const STYLES: Readonly<Record<string, SeriesStyle>> = {
  "within the budget": { colour: "green", symbol: "circle", isHollow: true },
  "over it": { colour: "rose", symbol: "circle", isHollow: true },
  chosen: { colour: "green", symbol: "star", isHollow: false },
  "chosen, held out": { colour: "blue", symbol: "star", isHollow: false },
  "runtime's default, held out": { colour: "blue", symbol: "square", isHollow: true },
};

function pointsOf({ candidates, heldOut, profile }: AdviceRecord): Point[] {
  const chosen = JSON.stringify(profile?.attention);
  return [
    ...candidates.map(({ attention, figures, isAllowed }, i): Point => {
      const kind = isAllowed ? "within the budget" : "over it";
      const isChosen = JSON.stringify(attention) === chosen;
      const label = describeSettings(attention);
      return { kind: isChosen ? "chosen" : kind, label, figures, path: `candidates[${i}].figures` };
    }),
    ...heldOut.map(({ name, attention, figures }, i): Point => {
      const label = name === "chosen" ? describeSettings(attention) : name;
      return { kind: `${name}, held out`, label, figures, path: `heldOut[${i}].figures` };
    }),
  ];
}

const tipOf = ({ kind, label, figures, path }: Point): string =>
  tip(`${label} (${kind})`, [
    [`${path}.readOfAnswer`, figures.readOfAnswer],
    [`${path}.klMean`, figures.klMean],
    [`${path}.klError`, figures.klError],
  ]);

/** KL of every candidate against what it reads, the budget, and the choice on text that it was not chosen on. */
export function candidatesFigure(record: AdviceRecord): Figure {
  const { klBudget, answer } = record.settings;
  const points = pointsOf(record);
  const losses = logScale([klBudget, ...points.map(({ figures }) => figures.klMean)]);
  const kinds = Object.keys(STYLES).filter((kind) => points.some((point) => point.kind === kind));
  const styleOf = ({ kind }: Point): SeriesStyle => STYLES[kind]!;
  const stroke = (point: Point): string => colour(styleOf(point).colour as SeriesColour);
  return {
    id: "advice-candidates",
    title: "What was tried",
    caption: `Next-token KL to full attention against the value rows that an answer of ${answer} tokens reads, warmup included; whiskers are two standard errors. The dashed line is the budget, KL ${klBudget}.`,
    fields: [
      "candidates[].figures.readOfAnswer",
      "candidates[].figures.klMean",
      "heldOut[].figures.klMean",
    ],
    legend: kinds.map((label) => ({ label, style: STYLES[label]! })),
    draw: (width) => ({
      height: 360,
      marginLeft: 54,
      marginRight: 20,
      marginTop: 26,
      marginBottom: 40,
      x: {
        label: "value rows read, % of full attention's",
        percent: true,
        nice: true,
        ticks: isNarrow(width) ? 4 : 8,
      },
      y: { ...losses, label: "KL to full attention, nats" },
      marks: [
        Plot.gridY(losses.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
        Plot.ruleY([klBudget], {
          stroke: colour("grey"),
          strokeDasharray: "5,4",
          strokeWidth: 1.5,
        }),
        Plot.link(points, {
          x: ({ figures }: Point) => figures.readOfAnswer,
          y1: ({ figures }: Point) =>
            Math.max(losses.domain[0], figures.klMean - 2 * figures.klError),
          y2: ({ figures }: Point) => figures.klMean + 2 * figures.klError,
          stroke,
        }),
        Plot.dot(points, {
          x: ({ figures }: Point) => figures.readOfAnswer,
          y: ({ figures }: Point) => figures.klMean,
          r: ({ kind }: Point) => (kind.includes("chosen") ? 7 : 4),
          symbol: (point: Point) => styleOf(point).symbol,
          stroke,
          strokeWidth: 1.8,
          fill: (point: Point) => (styleOf(point).isHollow ? colour("surface") : stroke(point)),
          title: tipOf,
        }),
      ],
    }),
    table: {
      headings: [
        "settings",
        "",
        "KL mean",
        "± error",
        "same token",
        "kept",
        "union",
        "of an answer",
      ],
      rows: points.map(rowOf),
    },
  };
}

function rowOf({ kind, label, figures, path }: Point): Cell[] {
  const number = (name: keyof CandidateFigures, format: (value: number) => string): Cell =>
    numberCell(`${path}.${name}`, figures[name], format(figures[name]));
  return [
    label,
    kind,
    number("klMean", short),
    number("klError", short),
    number("top1Agreement", percent),
    number("keptMean", percent),
    number("keptUnion", percent),
    number("readOfAnswer", percent),
  ];
}
