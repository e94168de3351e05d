import type { SeriesColour } from "./palette.ts";

/** How a contestant looks, in every plot the same. */
export interface SeriesStyle {
  readonly colour: SeriesColour;
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "star" | "wye" | "times";
  /** Drawn without a fill: the dropped mass is lost. */
  readonly isHollow: boolean;
}

type Family = Omit<SeriesStyle, "isHollow">;

/** Families of methods by the beginning of their name; the longest beginning counts. */
const FAMILIES: Readonly<Record<string, Family>> = {
  full: { colour: "grey", symbol: "circle" },
  sift: { colour: "green", symbol: "circle" },
  "sift-union": { colour: "cyan", symbol: "diamond" },
  "sift-paper": { colour: "rose", symbol: "diamond" },
  "sift-paper-steps": { colour: "amber", symbol: "triangle" },
  "top-k": { colour: "blue", symbol: "square" },
  "top-p": { colour: "olive", symbol: "wye" },
  window: { colour: "purple", symbol: "star" },
  blasst: { colour: "brown", symbol: "triangle" },
  fixed: { colour: "cyan", symbol: "diamond" },
  h2o: { colour: "amber", symbol: "square" },
  quest: { colour: "cyan", symbol: "wye" },
};

const SPARE: readonly Family[] = [
  { colour: "brown", symbol: "star" },
  { colour: "olive", symbol: "square" },
  { colour: "cyan", symbol: "star" },
];

/** The style of a method of the quality tables. `others` are all names of the plot, for names that no family has. */
export function methodStyle(name: string, others: readonly string[] = []): SeriesStyle {
  const bare = name.replace(/\+.*$/, "");
  const begins = Object.keys(FAMILIES).filter((begin) => bare.startsWith(begin));
  const known = begins.sort((a, b) => b.length - a.length)[0];
  const isHollow = bare === name && bare !== "full";
  if (known !== undefined) return { ...FAMILIES[known]!, isHollow };
  const at = Math.max(
    0,
    [...new Set(others.map((other) => other.replace(/\+.*$/, "")))].indexOf(bare),
  );
  return { ...SPARE[at % SPARE.length]!, isHollow };
}
