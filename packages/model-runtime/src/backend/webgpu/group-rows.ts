import type { PassAttention } from "../attention-rule.ts";
import { type AttentionSettings, fullSettings, isFull, settingsOf } from "./attention-settings.ts";

/** Rows that one compiled attention computes in one pass. */
export interface RowGroup<Row> {
  readonly settings: AttentionSettings;
  readonly rows: readonly Row[];
  /** Where each row stood: [rows.length]. */
  readonly indices: readonly number[];
}

/**
 * Rows by what is compiled for them, at most `batch` in a group. Those under full attention join the first group,
 * whichever it is.
 */
export function groupRows<Row extends { readonly attention: PassAttention }>(
  rows: readonly Row[],
  batch: number,
): readonly RowGroup<Row>[] {
  const host = rows.find(({ attention }) => !isFull(attention))?.attention;
  const hostSettings = host ? settingsOf(host) : fullSettings;
  const groups = new Map<string, { settings: AttentionSettings; rows: Row[]; indices: number[] }>();
  for (const [index, row] of rows.entries()) {
    const settings = isFull(row.attention) ? hostSettings : settingsOf(row.attention);
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { settings, rows: [], indices: [] };
    group.rows.push(row);
    group.indices.push(index);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => splitGroup(group, batch));
}

function splitGroup<Row>(
  { settings, rows, indices }: RowGroup<Row>,
  batch: number,
): readonly RowGroup<Row>[] {
  const parts: RowGroup<Row>[] = [];
  for (let first = 0; first < rows.length; first += batch) {
    const end = first + batch;
    parts.push({ settings, rows: rows.slice(first, end), indices: indices.slice(first, end) });
  }
  return parts;
}
