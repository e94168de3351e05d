import type { PasskeyRow } from "../../../quality/passkey-row.ts";
import type { QualityRow } from "../../../quality/quality-row.ts";
import type { QualityRecord } from "../../quality-record.ts";
import type { LegendItem } from "../figure.ts";
import { methodStyle } from "../series.ts";

/** An entry of a list of the file, and its path there: "rows[3]". */
export interface Placed<Row> {
  readonly row: Row;
  readonly path: string;
}

/** What a quality file says of one text. */
export interface TextRows {
  readonly text: string;
  /** For ids: the same text of another file has another one. */
  readonly rows: readonly Placed<QualityRow>[];
  readonly passkeys: readonly Placed<PasskeyRow>[];
}

export function textRows({ rows, passkeys }: QualityRecord, text: string): TextRows {
  return {
    text,
    rows: placed("rows", rows).filter(({ row }) => row.text === text),
    passkeys: placed("passkeys", passkeys).filter(({ row }) => row.text === text),
  };
}

/** The entries of a list with their paths. */
export function placed<Row>(list: string, rows: readonly Row[]): Placed<Row>[] {
  return rows.map((row, i) => ({ row, path: `${list}[${i}]` }));
}

/** A method's name with its τ. */
export function methodLabel({ method, quantile }: Pick<QualityRow, "method" | "quantile">): string {
  return quantile === null ? method : `${method}, τ ${quantile}`;
}

/** One entry for each method, in the order of the rows. */
export function methodLegend(methods: readonly string[]): LegendItem[] {
  return [...new Set(methods)].map((label) => ({ label, style: methodStyle(label, methods) }));
}
