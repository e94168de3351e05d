/** A colour on white paper and in the dark. The meanings are those of the demo page: green is kept, rose is lost. */
type Pair = readonly [light: string, dark: string];

export type SurfaceColour =
  | "paper"
  | "surface"
  | "inset"
  | "ink"
  | "ink-soft"
  | "ink-faint"
  | "line"
  | "band";
export type SeriesColour =
  | "grey"
  | "green"
  | "blue"
  | "rose"
  | "amber"
  | "purple"
  | "cyan"
  | "olive"
  | "brown";

const SURFACES: Readonly<Record<SurfaceColour, Pair>> = {
  paper: ["#f3f5f4", "#0e1312"],
  surface: ["#ffffff", "#151c1a"],
  inset: ["#f0f3f2", "#1d2523"],
  ink: ["#14201d", "#e8efec"],
  "ink-soft": ["#42504c", "#b4c1bc"],
  "ink-faint": ["#5d6b66", "#8f9d98"],
  line: ["#dfe5e2", "#2a3431"],
  band: ["#c9e3dd", "#1d443c"],
};

const SERIES: Readonly<Record<SeriesColour, Pair>> = {
  grey: ["#5d6b66", "#9aa8a3"],
  green: ["#0c7265", "#4cc4b1"],
  blue: ["#3f57a8", "#a3b4f5"],
  rose: ["#ad2c5b", "#f28db1"],
  amber: ["#9a5b00", "#eab155"],
  purple: ["#7341a8", "#c9a6f2"],
  cyan: ["#00718c", "#5cc8e6"],
  olive: ["#626b00", "#c3cf5a"],
  brown: ["#80452b", "#dda283"],
};

/** From little to much. */
const HEAT: readonly Pair[] = [
  ["#eaf1ef", "#1b2422"],
  ["#cae3dd", "#1b3b35"],
  ["#aad8cd", "#1b4d45"],
  ["#8bccbd", "#1b5f55"],
  ["#6fc3b3", "#1b7064"],
  ["#50a898", "#3fa091"],
  ["#277468", "#63c8b6"],
  ["#054a40", "#86efdc"],
];

/** How many steps a heat map has. */
export const HEAT_STEPS: number = HEAT.length;

/** Text on a step of the heat. */
const HEAT_INK: readonly Pair[] = HEAT.map((_, step) => [
  step < 6 ? "#14201d" : "#ffffff",
  step < 5 ? "#e8efec" : "#06211d",
]);

/** A colour as CSS, which follows the reader's theme. */
export const colour = (name: SeriesColour | SurfaceColour): string => `var(--${name})`;
export const heatColour = (step: number): string => `var(--heat-${step})`;
export const heatInk = (step: number): string => `var(--heat-ink-${step})`;

/** Every colour by name. */
export const PALETTE: Readonly<Record<string, Pair>> = {
  ...SURFACES,
  ...SERIES,
  ...Object.fromEntries(HEAT.map((pair, step) => [`heat-${step}`, pair])),
  ...Object.fromEntries(HEAT_INK.map((pair, step) => [`heat-ink-${step}`, pair])),
};

function declarations(theme: 0 | 1): string {
  return Object.entries(PALETTE)
    .map(([name, pair]) => `--${name}:${pair[theme]}`)
    .join(";");
}

/** Rules that set the colours on `selector` for light, dark and paper. */
export function paletteRules(selector: string): string {
  return [
    `${selector}{color-scheme:light dark;${declarations(0)}}`,
    `@media (prefers-color-scheme:dark){${selector}{${declarations(1)}}}`,
    `@media print{${selector}{color-scheme:light;${declarations(0)}}}`,
  ].join("\n");
}
