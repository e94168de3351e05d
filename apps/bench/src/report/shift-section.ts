import type { ShiftRow } from "../shift/shift-row.ts";
import { percent } from "./format-cell.ts";
import { markdownTable } from "./markdown-table.ts";
import { groupByMethod, methodCells } from "./method-groups.ts";

/** Steps within which a shift is to be noticed, and points within which the kept fraction is to be back after as many. */
const STEPS = 64;
const POINTS = 0.03;

const HEADINGS = [
  "method",
  "τ",
  "pairs",
  `alarm within ${STEPS} steps`,
  `back within ${100 * POINTS} points ${STEPS} steps later`,
  "kept before",
  `kept in ${STEPS} steps after`,
  "kept later",
  "alarms before",
] as const;

/** What each method did when documents were joined. */
export function shiftSection(rows: readonly ShiftRow[]): string[] {
  if (rows.length === 0) return [];
  const { seam } = rows[0]!;
  return [
    `## Topic shift: documents joined after ${seam} tokens`,
    "",
    ...markdownTable(HEADINGS, groupByMethod(rows).map(shiftCells)),
    "",
  ];
}

function shiftCells(rows: readonly ShiftRow[]): string[] {
  const mean = (value: (row: ShiftRow) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const raises = rows[0]!.alarmsBefore !== null;
  const alarmed = rows.filter(({ stepsToAlarm }) => (stepsToAlarm ?? Infinity) <= STEPS);
  const back = rows.filter(({ keptLater, keptNominal }) => isBack(keptLater, keptNominal));
  return [
    ...methodCells(rows[0]!),
    String(rows.length),
    raises ? String(alarmed.length) : "",
    String(back.length),
    percent(mean(({ keptBefore }) => keptBefore)),
    percent(mean(({ keptAfter }) => keptAfter)),
    percent(mean(({ keptLater }) => keptLater)),
    raises ? mean(({ alarmsBefore }) => alarmsBefore ?? 0).toFixed(2) : "",
  ];
}

const isBack = (kept: number, nominal: number): boolean => Math.abs(kept - nominal) <= POINTS;
