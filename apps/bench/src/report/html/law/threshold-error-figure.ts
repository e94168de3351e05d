import * as Plot from "@observablehq/plot";
import { LAW_HEADINGS, lawCells } from "../../../law/law-markdown.ts";
import type { LawFit, LawRecord } from "../../../law/law-record.ts";
import { summariseLaws } from "../../../law/law-summary.ts";
import type { Figure } from "../figure.ts";
import { tip } from "../number-cell.ts";
import { colour, type SeriesColour } from "../palette.ts";
import { type Placed, placed } from "../quality/text-rows.ts";
import { shownQuantile } from "./shown-heads.ts";

const COLOURS: readonly SeriesColour[] = ["green", "amber", "rose", "purple", "blue"];

/** How far each way to fit is off on rows that it has not seen: which clock, and which rows. */
export function thresholdErrorFigure(record: LawRecord, text: string): Figure {
  const quantile = shownQuantile(record);
  const fits = placed("fits", record.fits).filter(
    ({ row }) => row.text === text && row.quantile === quantile,
  );
  const names = record.variants.map(({ name }) => name);
  const summaries = summariseLaws(record).filter(
    (entry) => entry.text === text && entry.quantile === quantile,
  );
  return {
    id: "law-clocks",
    title: `Which clock and which rows, ${text}`,
    caption: `Predicted over observed threshold on the second half of the text at τ ${quantile}, one mark for each head, the bar is the median head; what lies beyond an edge is drawn at it. At 1 the law is right; to the right it keeps too little, to the left too much.`,
    fields: ["fits[].variant", "fits[].heldOut.logBias"],
    draw: () => errorPlot(fits, names),
    table: { headings: LAW_HEADINGS, rows: summaries.map(lawCells) },
  };
}

const FACTORS = [0.1, 0.3, 1, 3, 10];
const LIMIT = Math.log(30);

/** Beyond the limits a head is drawn at the edge. */
const factorOf = ({ row }: Placed<LawFit>): number =>
  Math.exp(Math.max(-LIMIT, Math.min(LIMIT, row.heldOut.logBias)));

function errorPlot(fits: readonly Placed<LawFit>[], names: readonly string[]): Plot.PlotOptions {
  const stroke = ({ row }: Placed<LawFit>): string =>
    colour(COLOURS[names.indexOf(row.variant) % COLOURS.length]!);
  const place = { x: factorOf, fy: ({ row }: Placed<LawFit>) => row.variant };
  return {
    height: 66 * names.length + 56,
    marginLeft: 12,
    marginRight: 12,
    marginTop: 26,
    marginBottom: 40,
    fy: { axis: null, domain: names, padding: 0.1 },
    x: {
      type: "log",
      domain: [1 / 30, 30],
      label: "predicted / observed threshold",
      ticks: FACTORS,
      tickFormat: String,
    },
    marks: [
      Plot.gridX(FACTORS, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.ruleX([1], { stroke: colour("grey"), strokeWidth: 1.5 }),
      Plot.tickX(fits as Placed<LawFit>[], {
        ...place,
        stroke,
        strokeOpacity: 0.7,
        insetTop: 24,
        insetBottom: 4,
        title: ({ row, path }: Placed<LawFit>) =>
          tip(`layer ${row.layer}, head ${row.head}: ${row.variant}`, [
            [`${path}.heldOut.logBias`, row.heldOut.logBias],
          ]),
      }),
      Plot.tickX(
        fits as Placed<LawFit>[],
        Plot.groupZ(
          { x: "median" },
          { ...place, stroke: colour("ink"), strokeWidth: 3.5, insetTop: 20, insetBottom: 0 },
        ),
      ),
      Plot.text(names, {
        fy: (name: string) => name,
        text: (name: string) => name,
        frameAnchor: "top-left",
        dy: 4,
        fontWeight: 600,
        fill: colour("ink"),
      }),
    ],
  };
}
