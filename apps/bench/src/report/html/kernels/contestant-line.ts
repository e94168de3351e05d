import { findRow, hasUnion } from "../../../kernels/report/find-row.ts";
import type { KernelRecord } from "../../../kernels/report/kernel-record.ts";
import type { LegendItem } from "../figure.ts";
import type { SeriesColour } from "../palette.ts";
import type { SeriesStyle } from "../series.ts";

/** A line of the kernel plots: one method over the contexts. */
export interface ContestantLine {
  readonly label: string;
  readonly kernel: string;
  /** Value rows read; undefined: whatever the rows say. */
  readonly fraction?: number;
  /** Another program's. */
  readonly isPeer: boolean;
  readonly style: SeriesStyle;
}

/** One measured point of a line. */
export interface ContestantPoint {
  readonly line: ContestantLine;
  readonly batch: number;
  readonly context: number;
  readonly medianUs: number;
  readonly floorUs: number;
  readonly ratio: number;
  /** "rows[3]", and where its floor stands. */
  readonly path: string;
  readonly floorPath: string;
}

const style = (
  colour: SeriesColour,
  symbol: SeriesStyle["symbol"],
  isHollow = false,
): SeriesStyle => ({
  colour,
  symbol,
  isHollow,
});

/** The lines that a reader compares: ours at the fraction of the default, and the fastest of other programs. */
export function contestantLines({ settings }: KernelRecord): ContestantLine[] {
  const fraction = settings.fractions.includes(0.25) ? 0.25 : (settings.fractions[0] ?? 0.25);
  const share = `${100 * fraction} %`;
  return [
    { label: "full", kernel: "full", isPeer: false, style: style("grey", "circle") },
    {
      label: `sifted ${share}`,
      kernel: "sifted",
      fraction,
      isPeer: false,
      style: style("green", "circle"),
    },
    {
      label: "sifted, nothing dropped",
      kernel: "sifted",
      fraction: 1,
      isPeer: false,
      style: style("rose", "diamond"),
    },
    {
      label: `top-k ${share}`,
      kernel: "top-k",
      fraction,
      isPeer: false,
      style: style("blue", "square"),
    },
    {
      label: "cuDNN full",
      kernel: "cudnn-full",
      isPeer: true,
      style: style("amber", "triangle", true),
    },
    {
      label: `Triton sift ${share}`,
      kernel: "triton-sift",
      fraction,
      isPeer: true,
      style: style("purple", "star", true),
    },
  ];
}

/** Every measured point of the lines in one shape, by batch, line and context. */
export function contestantPoints(record: KernelRecord, shape: string): ContestantPoint[] {
  const lines = contestantLines(record);
  return lines
    .flatMap((line) => pointsOf(record, shape, line))
    .toSorted(
      (a, b) =>
        a.batch - b.batch || lines.indexOf(a.line) - lines.indexOf(b.line) || a.context - b.context,
    );
}

/** The floor of another program's row is that of ours which reads the same rows in the same case. */
function pointsOf(record: KernelRecord, shape: string, line: ContestantLine): ContestantPoint[] {
  const { kernel, fraction, isPeer } = line;
  const list = isPeer ? "contestants" : "rows";
  return record[list].flatMap((row, i) => {
    const isOfLine =
      row.shape === shape &&
      row.kernel === kernel &&
      (fraction === undefined || hasUnion(row, fraction));
    const twin = fraction === undefined ? "full" : "sifted";
    const ours = isOfLine && findRow(record, row, twin, fraction);
    if (!ours) return [];
    const { batch, context, medianUs } = row;
    const own = isPeer ? ours : record.rows[i]!;
    const { floorUs } = own;
    const [path, floorPath] = [`${list}[${i}]`, `rows[${record.rows.indexOf(own)}].floorUs`];
    return [
      { line, batch, context, medianUs, floorUs, ratio: medianUs / floorUs, path, floorPath },
    ];
  });
}

/** The entries of the lines that have points. */
export function contestantLegend(points: readonly ContestantPoint[]): LegendItem[] {
  const lines = new Map(points.map(({ line }) => [line.label, line]));
  return Array.from(lines.values(), ({ label, style }) => ({ label, style }));
}
