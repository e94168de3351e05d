import type { Cell, FigureTable } from "../figure.ts";
import type { ContestantPoint } from "./contestant-line.ts";

/** A line for each batch and method, a column for each context. */
export function contestantTable(
  points: readonly ContestantPoint[],
  cell: (point: ContestantPoint) => Cell,
): FigureTable {
  const contexts = [...new Set(points.map(({ context }) => context))].toSorted((a, b) => a - b);
  const keys = [...new Set(points.map(keyOf))];
  return {
    headings: ["batch", "method", ...contexts.map((context) => context.toLocaleString("en-US"))],
    rows: keys.map((key) => {
      const members = points.filter((point) => keyOf(point) === key);
      const { batch, line } = members[0]!;
      const cells = contexts.map((context) => {
        const point = members.find((member) => member.context === context);
        return point ? cell(point) : "";
      });
      return [String(batch), line.label, ...cells];
    }),
  };
}

const keyOf = ({ batch, line }: ContestantPoint): string => `${batch} ${line.label}`;
