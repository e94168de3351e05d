/** What the rows of one method at one τ have in common. */
export interface MethodRow {
  readonly method: string;
  readonly quantile: number | null;
}

/** Rows of each method at each τ, in order. */
export function groupByMethod<Row extends MethodRow>(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.method} ${row.quantile}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** "top-k", "0.75". */
export const methodCells = ({ method, quantile }: MethodRow): readonly [string, string] => [
  method,
  quantile === null ? "" : String(quantile),
];
