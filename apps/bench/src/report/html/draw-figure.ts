import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml } from "./escape-html.ts";
import type { Figure, LegendItem } from "./figure.ts";
import { colour, paletteRules } from "./palette.ts";

/** Widths that a report has every plot in, CSS pixels: for desktops and paper, and for phones. */
export const WIDE = 700;
export const NARROW = 340;

const LINE_HEIGHT = 20;
/** Rough width of a letter at 12 pixels: enough to place the entries of a legend. */
const LETTER_WIDTH = 6.6;

/** Rules of the drawings themselves; the palette comes from the page or from a drawing that stands alone. */
export const DRAWING_RULES: string = [
  ".plot{--plot-background:var(--surface);color:var(--ink-soft);overflow:visible}",
  ".plot text{white-space:pre}",
].join("\n");

/** An SVG of a width, with its legend above the plot; its label is what a screen reader says. */
export function drawFigure(figure: Figure, width: number): string {
  const { legend = [] } = figure;
  const plot = drawPlot(figure.draw(width), width);
  const key = legend.length > 0 ? drawLegend(legend, width) : undefined;
  const top = key ? key.height + 8 : 0;
  const height = top + plot.height;
  const label = escapeHtml(`${figure.title}. ${figure.caption}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    key?.svg ?? "",
    plot.svg.replace("<svg ", `<svg y="${top}" `),
    "</svg>",
  ].join("");
}

/** The drawing as a file of its own, which follows the reader's theme where it is shown. */
export function drawStandalone(figure: Figure): string {
  const svg = drawFigure(figure, WIDE);
  const rules = `${paletteRules("svg")}\n${DRAWING_RULES}\nsvg{background:var(--surface)}`;
  const size = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!;
  const [width, height] = [Number(size[1]), Number(size[2])];
  return `${svg.replace(/viewBox="[^"]*" width="[^"]*" height="[^"]*">/, (attributes) =>
    attributes
      .replace(/viewBox="[^"]*"/, `viewBox="-12 -12 ${width + 24} ${height + 24}"`)
      .replace(/width="[^"]*"/, `width="${width + 24}"`)
      .replace(/height="[^"]*"/, `height="${height + 24}"`)
      .concat(`<style>${rules}</style>`),
  )}\n`;
}

interface Drawing {
  readonly svg: string;
  readonly height: number;
}

function drawPlot(options: Plot.PlotOptions, width: number): Drawing {
  const { document } = parseHTML("<html><body></body></html>");
  const element = Plot.plot({
    ...options,
    x: { labelArrow: "none", ...options.x },
    y: { labelArrow: "none", ...options.y },
    width,
    document: document as never, // linkedom has what Plot asks of a document
    className: "plot",
    style: { fontSize: "12px" },
  });
  for (const style of element.querySelectorAll("style")) style.remove();
  return { svg: element.outerHTML, height: Number(element.getAttribute("height")) };
}

interface PlacedItem extends LegendItem {
  readonly x: number;
  readonly y: number;
}

function drawLegend(items: readonly LegendItem[], width: number): Drawing {
  const placed = placeItems(items, width);
  const height = (placed.at(-1)?.y ?? 0) + LINE_HEIGHT / 2;
  const symbols = placed.filter(({ line }) => line === undefined);
  const stroke = ({ style }: LegendItem): string => colour(style.colour);
  const strokeRules = (line: LegendItem["line"], options: Plot.LinkOptions) =>
    Plot.link(
      placed.filter((item) => item.line === line),
      { x1: "x", x2: ({ x }: PlacedItem) => x + 18, y: "y", y1: "y", y2: "y", stroke, ...options },
    );
  const { svg } = drawPlot(
    {
      axis: null,
      height,
      margin: 0,
      x: { type: "identity" },
      y: { type: "identity" },
      symbol: { type: "identity" },
      marks: [
        strokeRules("solid", { strokeWidth: 2 }),
        strokeRules("dashed", { strokeWidth: 2, strokeDasharray: "5,4" }),
        strokeRules("band", { stroke: colour("band"), strokeWidth: 12 }),
        Plot.dot(symbols, {
          x: ({ x }: PlacedItem) => x + 9,
          y: "y",
          symbol: ({ style }: PlacedItem) => style.symbol,
          fill: ({ style }: PlacedItem) =>
            style.isHollow ? colour("surface") : colour(style.colour),
          stroke,
        }),
        Plot.text(placed, {
          x: ({ x }: PlacedItem) => x + 24,
          y: "y",
          text: "label",
          textAnchor: "start",
          fill: colour("ink-soft"),
        }),
      ],
    },
    width,
  );
  return { svg, height };
}

function placeItems(items: readonly LegendItem[], width: number): PlacedItem[] {
  let [x, y] = [0, LINE_HEIGHT / 2];
  return items.map((item) => {
    const taken = 24 + [...item.label].length * LETTER_WIDTH + 16;
    if (x > 0 && x + taken - 16 > width) [x, y] = [0, y + LINE_HEIGHT];
    const placed = { ...item, x, y };
    x += taken;
    return placed;
  });
}
