import type { PasskeyResult } from "../passkey/find-passkey.ts";
import { type PassSummary, summarisePasses } from "./pass-summary.ts";
import type { RowSubject } from "./quality-row.ts";
import type { Variant } from "./variants.ts";

/** What one method found of the pass keys at one context length. */
export interface PasskeyRow extends RowSubject, PassSummary {
  readonly method: string;
  /** τ; null for full attention. */
  readonly quantile: number | null;
  /** Share found, in [0, 1]. */
  readonly accuracy: number;
  readonly samples: readonly { readonly depth: number; readonly found: boolean }[];
}

/** @param tokens Rows of question and answer over all prompts. */
export function passkeyRow(
  subject: RowSubject,
  { method, quantile }: Variant,
  results: readonly PasskeyResult[],
  tokens: number,
): PasskeyRow {
  const samples = results.map(({ depth, found }) => ({ depth, found }));
  return {
    ...subject,
    method: method.name,
    quantile: method.usesQuantile ? quantile : null,
    accuracy: samples.filter(({ found }) => found).length / samples.length,
    samples,
    ...summarisePasses(results, tokens),
  };
}
