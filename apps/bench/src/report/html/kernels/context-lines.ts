import * as Plot from "@observablehq/plot";
import { isNarrow } from "../figure.ts";
import { logScale } from "../log-ticks.ts";
import { colour } from "../palette.ts";
import type { ContestantPoint } from "./contestant-line.ts";

/** What a plot over the contexts shows on its other axis. */
export interface ContextAxis {
  readonly label: string;
  readonly value: (point: ContestantPoint) => number;
  readonly tip: (point: ContestantPoint) => string;
  /** A line across, such as the floor itself. */
  readonly rule?: number;
}

const contextText = (context: number): string =>
  context >= 1024 ? `${(context / 1024).toLocaleString("en-US")}k` : String(context);

/** Lines over the contexts, a panel for each batch, both axes logarithmic. */
export function contextLines(
  points: readonly ContestantPoint[],
  width: number,
  axis: ContextAxis,
): Plot.PlotOptions {
  const batches = [...new Set(points.map(({ batch }) => batch))];
  const contexts = [...new Set(points.map(({ context }) => context))].toSorted((a, b) => a - b);
  const label = (batch: number): string => `batch ${batch}`;
  const facet = ({ batch }: ContestantPoint): string => label(batch);
  const panel = isNarrow(width) ? { fy: facet } : { fx: facet };
  const stroke = ({ line }: ContestantPoint): string => colour(line.style.colour);
  const headings = batches.map(label);
  const scale = logScale([
    ...points.map(axis.value),
    ...(axis.rule === undefined ? [] : [axis.rule]),
  ]);
  return {
    height: isNarrow(width) ? 190 * batches.length + 50 : 300,
    marginLeft: 46,
    marginRight: 14,
    marginTop: 42,
    marginBottom: 40,
    fx: { axis: null, padding: 0.08, ...(!isNarrow(width) && { domain: headings }) },
    fy: { axis: null, padding: 0.2, ...(isNarrow(width) && { domain: headings }) },
    x: {
      type: "log",
      label: "context length, keys",
      ticks: contexts.filter((_, i) => i % 2 === (contexts.length - 1) % 2),
      tickFormat: contextText,
    },
    y: { ...scale, label: axis.label },
    marks: [
      Plot.gridY(scale.ticks, { stroke: colour("line"), strokeOpacity: 1 }),
      ...(axis.rule === undefined
        ? []
        : [Plot.ruleY([axis.rule], { stroke: colour("grey"), strokeDasharray: "5,4" })]),
      ...[false, true].flatMap((isPeer) => {
        const members = points.filter(({ line }) => line.isPeer === isPeer);
        const at = { ...panel, x: "context", y: axis.value };
        return [
          Plot.line(members, {
            ...at,
            z: ({ line }: ContestantPoint) => line.label,
            stroke,
            strokeWidth: 1.8,
            ...(isPeer && { strokeDasharray: "5,4" }),
          }),
          Plot.dot(members, {
            ...at,
            r: 3.6,
            strokeWidth: 1.6,
            symbol: ({ line }: ContestantPoint) => line.style.symbol,
            stroke,
            fill: ({ line }: ContestantPoint) => colour(isPeer ? "surface" : line.style.colour),
            title: axis.tip,
          }),
        ];
      }),
      Plot.text(headings, {
        ...(isNarrow(width) ? { fy: (text: string) => text } : { fx: (text: string) => text }),
        text: (text: string) => text,
        frameAnchor: "top-left",
        dy: -16,
        fontWeight: 600,
        fill: colour("ink"),
      }),
    ],
  };
}
