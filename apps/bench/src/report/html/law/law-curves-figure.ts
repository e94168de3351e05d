import * as Plot from "@observablehq/plot";
import { predictLog } from "@sift-attention/power-law";
import { halfWidth } from "../../../law/fit-law.ts";
import type { LawFit, LawObservations, LawRecord } from "../../../law/law-record.ts";
import { percent } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { numberCell, tip } from "../number-cell.ts";
import { colour, type SeriesColour } from "../palette.ts";
import { placed } from "../quality/text-rows.ts";
import { type ShownHead, shownHeads, shownQuantile } from "./shown-heads.ts";

interface Observed {
  readonly panel: string;
  readonly contextLength: number;
  readonly threshold: number;
  readonly path: string;
  readonly index: number;
  readonly isHeldOut: boolean;
  readonly tip: string;
}

interface Predicted {
  readonly panel: string;
  readonly contextLength: number;
  readonly threshold: number;
  readonly low: number;
  readonly high: number;
}

const LAWS: readonly { variant: number; colour: SeriesColour; dash?: string; label: string }[] = [
  { variant: 0, colour: "green", label: "law on context length" },
  { variant: 1, colour: "amber", dash: "6,4", label: "law on generated steps" },
];

/** Quantile against context length in three heads, with the fitted law, its band, and the other clock's law. */
export function lawCurvesFigure(record: LawRecord, text: string): Figure {
  const quantile = shownQuantile(record);
  const here = <Row extends { text: string; quantile: number }>(row: Row): boolean =>
    row.text === text && row.quantile === quantile;
  const mine = record.fits.filter((fit) => here(fit) && fit.variant === record.variants[0]!.name);
  const heads = shownHeads(mine);
  const { promptTokens, fittedTokens } = record.texts.find((entry) => entry.text === text)!;
  const observed = heads.flatMap((head) => observedOf(record, head, { here, fittedTokens }));
  const laws = LAWS.map((law) => ({
    ...law,
    curves: heads.flatMap((head) =>
      predictedOf(record, head, { here, variant: law.variant, promptTokens }),
    ),
  }));
  return {
    id: "law-curves",
    title: `Quantile against context length, ${text}`,
    caption: `The ${quantile}-quantile of a row's weights in three heads, chosen by the rank of their R²: filled dots were fitted on, hollow ones were held out. The band should hold ${100 * record.settings.level} % of further rows.`,
    fields: [
      "observations[].contextLength",
      "observations[].logQuantile",
      "fits[].logScale",
      "fits[].exponent",
      "fits[].band",
    ],
    legend: [
      { label: "observed", style: { colour: "blue", symbol: "circle", isHollow: false } },
      { label: "held out", style: { colour: "blue", symbol: "circle", isHollow: true } },
      ...LAWS.map(({ label, colour, dash }) => ({
        label,
        style: { colour, symbol: "circle" as const, isHollow: false },
        line: dash ? ("dashed" as const) : ("solid" as const),
      })),
      {
        label: "its band",
        style: { colour: "green", symbol: "circle", isHollow: false },
        line: "band",
      },
    ],
    draw: (width) =>
      curvesPlot({ observed, laws, panels: heads.map(panelOf), width, fittedTokens }),
    table: {
      headings: ["head", "law", "β", "R²", "ln θ off, held out", "rows in band"],
      rows: heads.flatMap((head) =>
        placed("fits", record.fits)
          .filter(({ row }) => here(row) && row.layer === head.layer && row.head === head.head)
          .map(({ row, path }) => [
            panelOf(head),
            row.variant,
            numberCell(`${path}.exponent`, row.exponent, row.exponent.toFixed(2)),
            numberCell(`${path}.rSquared`, row.rSquared, row.rSquared.toFixed(2)),
            numberCell(
              `${path}.heldOut.logBias`,
              row.heldOut.logBias,
              row.heldOut.logBias.toFixed(2),
            ),
            numberCell(
              `${path}.heldOut.insideBand`,
              row.heldOut.insideBand,
              percent(row.heldOut.insideBand),
            ),
          ]),
      ),
    },
  };
}

const panelOf = ({ layer, head, reason }: ShownHead): string =>
  `layer ${layer}, head ${head}: ${reason}`;

interface Place {
  readonly here: (row: { text: string; quantile: number }) => boolean;
  readonly fittedTokens: number;
}

function observedOf(
  record: LawRecord,
  shown: ShownHead,
  { here, fittedTokens }: Place,
): Observed[] {
  const isShown = (row: LawObservations): boolean =>
    here(row) && row.layer === shown.layer && row.head === shown.head;
  return placed("observations", record.observations)
    .filter(({ row }) => isShown(row))
    .flatMap(({ row, path }) =>
      row.contextLength.map((contextLength, index) => ({
        ...{
          panel: panelOf(shown),
          contextLength,
          threshold: Math.exp(row.logQuantile[index]!),
          path,
          index,
        },
        isHeldOut: contextLength > fittedTokens,
        tip: tip(`layer ${row.layer}, head ${row.head}`, [
          [`${path}.contextLength[${index}]`, contextLength],
          [`${path}.logQuantile[${index}]`, row.logQuantile[index]!],
        ]),
      })),
    );
}

function predictedOf(
  record: LawRecord,
  shown: ShownHead,
  { here, variant, promptTokens }: Pick<Place, "here"> & { variant: number; promptTokens: number },
): Predicted[] {
  const { name, clock } = record.variants[variant]!;
  const isShown = (row: LawFit): boolean =>
    here(row) && row.variant === name && row.layer === shown.layer && row.head === shown.head;
  const fit = record.fits.find(isShown)!;
  const rows = record.observations.find(
    (row) => here(row) && row.layer === shown.layer && row.head === shown.head,
  )!;
  const before = clock === "context-length" ? 0 : promptTokens;
  return rows.contextLength
    .filter((keys) => keys > before)
    .map((contextLength) => {
      const x = contextLength - before;
      const [middle, half] = [predictLog(fit, x), halfWidth(fit.band, x)];
      return {
        panel: panelOf(shown),
        contextLength,
        threshold: Math.exp(middle),
        low: Math.exp(middle - half),
        high: Math.exp(middle + half),
      };
    });
}

interface Curves {
  readonly observed: readonly Observed[];
  readonly laws: readonly ((typeof LAWS)[number] & { readonly curves: readonly Predicted[] })[];
  readonly panels: readonly string[];
  readonly width: number;
  readonly fittedTokens: number;
}

function curvesPlot({ observed, laws, panels, width, fittedTokens }: Curves): Plot.PlotOptions {
  const place = { fy: "panel", x: "contextLength" };
  const thresholds = logScale(observed.map(({ threshold }) => threshold));
  return {
    height: 185 * panels.length + 60,
    marginLeft: 58,
    marginRight: 16,
    marginTop: 42,
    marginBottom: 40,
    fy: { axis: null, domain: panels, padding: 0.2 },
    x: {
      type: "log",
      label: "context length, keys",
      ticks: isNarrow(width) ? 4 : 7,
      tickFormat: (at: number) => at.toLocaleString("en-US"),
    },
    y: { ...thresholds, label: "θ, weight" },
    marks: [
      Plot.gridY(thresholds.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.areaY(laws[0]!.curves, { ...place, y1: "low", y2: "high", fill: colour("band") }),
      Plot.ruleX([fittedTokens], { stroke: colour("grey"), strokeDasharray: "2,3" }),
      Plot.dot(observed, {
        ...place,
        y: "threshold",
        r: 2.4,
        stroke: colour("blue"),
        strokeWidth: 1.2,
        fill: ({ isHeldOut }: Observed) => colour(isHeldOut ? "surface" : "blue"),
        title: "tip",
      }),
      ...laws.map(({ curves, colour: name, dash }) =>
        Plot.line(curves, {
          ...place,
          y: "threshold",
          stroke: colour(name),
          strokeWidth: 2.2,
          ...(dash && { strokeDasharray: dash }),
        }),
      ),
      Plot.text(panels, {
        fy: (panel: string) => panel,
        text: (panel: string) => panel,
        frameAnchor: "top-left",
        dy: -16,
        fontWeight: 600,
        fill: colour("ink"),
      }),
    ],
  };
}
