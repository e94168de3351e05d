import * as Plot from "@observablehq/plot";
import type { PasskeyRow } from "../../../quality/passkey-row.ts";
import { percent } from "../../format-cell.ts";
import { type Figure, isNarrow } from "../figure.ts";
import { numberCell } from "../number-cell.ts";
import { colour } from "../palette.ts";
import { methodLabel, type Placed, type TextRows } from "./text-rows.ts";

interface Needle {
  readonly label: string;
  readonly panel: string;
  readonly depth: number;
  readonly found: boolean;
  readonly tip: string;
}

function needlesOf({ row, path }: Placed<PasskeyRow>): Needle[] {
  return row.samples.map(({ depth, found }, i) => ({
    label: methodLabel(row),
    panel: `context ${row.context.toLocaleString("en-US")}`,
    depth,
    found,
    tip: `${methodLabel(row)}, context ${row.context}: ${found ? "found" : "not found"}\n${path}.samples[${i}].depth = ${depth}`,
  }));
}

/** Where pass keys were hidden and which were found: a line for each method, a panel for each context length. */
export function needleFigure({ text, passkeys }: TextRows): Figure | undefined {
  const needles = passkeys.flatMap(needlesOf);
  if (needles.length === 0) return undefined;
  return {
    id: "quality-needles",
    title: `Pass keys found, ${text}`,
    caption:
      "Each mark is a number hidden in the text, at its depth: 0 % is the beginning. A dot was repeated at the end, a cross was not.",
    fields: ["passkeys[].context", "passkeys[].samples[].depth", "passkeys[].samples[].found"],
    legend: [
      { label: "found", style: { colour: "green", symbol: "circle", isHollow: false } },
      { label: "not found", style: { colour: "rose", symbol: "times", isHollow: false } },
    ],
    draw: (width) => needlePlot(needles, isNarrow(width)),
    table: {
      headings: ["method", "context", "found", "pass keys"],
      rows: passkeys.map(({ row, path }) => [
        methodLabel(row),
        numberCell(`${path}.context`, row.context, row.context.toLocaleString("en-US")),
        numberCell(`${path}.accuracy`, row.accuracy, percent(row.accuracy)),
        String(row.samples.length),
      ]),
    },
  };
}

/** Panels stand above each other where the page is narrow, and side by side otherwise. */
function needlePlot(needles: readonly Needle[], isStacked: boolean): Plot.PlotOptions {
  const labels = [...new Set(needles.map(({ label }) => label))];
  const panels = [...new Set(needles.map(({ panel }) => panel))];
  const facet = isStacked ? "fy" : "fx";
  const place = { [facet]: "panel", x: "depth", y: "label" };
  const ofKind = (found: boolean): Needle[] => needles.filter((needle) => needle.found === found);
  return {
    height:
      (isStacked ? panels.length : 1) * ((labels.length > 12 ? 17 : 24) * labels.length + 26) + 66,
    marginLeft: 10 + 6.4 * Math.max(...labels.map(({ length }) => length)),
    marginRight: 14,
    marginTop: 36,
    marginBottom: 40,
    fx: { axis: null, padding: 0.1, ...(!isStacked && { domain: panels }) },
    fy: { axis: null, padding: 0.12, ...(isStacked && { domain: panels }) },
    x: {
      domain: [0, 1],
      label: "depth of the pass key",
      ticks: panels.length > 2 && !isStacked ? [0, 1] : [0, 0.5, 1],
      tickFormat: (depth: number) => `${100 * depth} %`,
    },
    y: { type: "point", domain: labels, label: null, tickSize: 0, padding: 0.7 },
    marks: [
      Plot.gridY({ stroke: colour("line"), strokeOpacity: 1 }),
      Plot.dot(ofKind(true), { ...place, r: 4, fill: colour("green"), title: "tip" }),
      Plot.dot(ofKind(false), {
        ...place,
        r: 4.5,
        symbol: "times",
        stroke: colour("rose"),
        strokeWidth: 2,
        title: "tip",
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
