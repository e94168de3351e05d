import * as Plot from "@observablehq/plot";
import { colour } from "../palette.ts";
import { methodStyle } from "../series.ts";

/** A point of a method, with its tip. */
export interface MethodPoint {
  readonly row: { readonly method: string };
  readonly tip: string;
}

/** Dots in the methods' own colours and symbols: hollow where the dropped mass is lost. */
export function methodDots<Point extends MethodPoint>(
  points: readonly Point[],
  names: readonly string[],
  channels: Plot.DotOptions,
): Plot.Dot {
  const style = ({ row }: Point) => methodStyle(row.method, names);
  return Plot.dot(points as Point[], {
    r: 4.5,
    strokeWidth: 1.8,
    ...channels,
    symbol: (point: Point) => style(point).symbol,
    fill: (point: Point) => colour(style(point).isHollow ? "surface" : style(point).colour),
    stroke: (point: Point) => colour(style(point).colour),
    title: "tip",
  });
}
