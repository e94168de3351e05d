import type { KernelRecord } from "../../../kernels/report/kernel-record.ts";
import type { Figure } from "../figure.ts";
import { numberCell, tip } from "../number-cell.ts";
import { contestantLegend, contestantPoints } from "./contestant-line.ts";
import { contestantTable } from "./contestant-table.ts";
import { contextLines } from "./context-lines.ts";

const micro = (us: number): string => (us >= 100 ? us.toFixed(0) : us.toPrecision(3));

/** Time of a decode step's attention against context length. */
export function timeFigure(record: KernelRecord, shape: string): Figure | undefined {
  const points = contestantPoints(record, shape);
  if (points.length === 0) return undefined;
  return {
    id: `kernels-time-${shape}`.replaceAll(/[^a-z0-9-]+/g, "-"),
    title: `Attention time of a decode step, ${shape}`,
    caption:
      "Median time on the device of one decode step's attention in one layer, all its dispatches together. Lower is better.",
    fields: ["rows[].medianUs", "contestants[].medianUs"],
    legend: contestantLegend(points),
    draw: (width) =>
      contextLines(points, width, {
        label: "µs a step",
        value: ({ medianUs }) => medianUs,
        tip: (point) =>
          tip(`${point.line.label}, batch ${point.batch}, context ${point.context}`, [
            [`${point.path}.medianUs`, point.medianUs],
          ]),
      }),
    table: contestantTable(points, ({ path, medianUs }) =>
      numberCell(`${path}.medianUs`, medianUs, micro(medianUs)),
    ),
  };
}
