import type { KernelRecord } from "../../../kernels/report/kernel-record.ts";
import type { Figure } from "../figure.ts";
import { computedCell, tip } from "../number-cell.ts";
import { contestantLegend, contestantPoints } from "./contestant-line.ts";
import { contestantTable } from "./contestant-table.ts";
import { contextLines } from "./context-lines.ts";

/** Achieved time over the floor, against context length. */
export function floorFigure(record: KernelRecord, shape: string): Figure | undefined {
  const points = contestantPoints(record, shape);
  if (points.length === 0) return undefined;
  return {
    id: `kernels-floor-${shape}`.replaceAll(/[^a-z0-9-]+/g, "-"),
    title: `Achieved time over the floor, ${shape}`,
    caption:
      "How many times as long a decode step takes as a plain read of the key and value rows that it cannot avoid: 1, the dashed line, is the limit that memory sets. Dashed lines with hollow marks are other programs on the same device.",
    fields: ["rows[].medianUs", "rows[].floorUs", "contestants[].medianUs"],
    legend: contestantLegend(points),
    draw: (width) =>
      contextLines(points, width, {
        label: "time / floor",
        value: ({ ratio }) => ratio,
        tip: (point) =>
          tip(`${point.line.label}, batch ${point.batch}, context ${point.context}`, [
            [`${point.path}.medianUs`, point.medianUs],
            [point.floorPath, point.floorUs],
          ]),
        rule: 1,
      }),
    table: contestantTable(points, ({ ratio }) => computedCell(ratio, ratio.toFixed(2))),
  };
}
