import { fitLaw, type JudgedLaw, type LawPoints } from "./fit-law.ts";
import type { LawParts, LawSettings } from "./law-settings.ts";
import type { LawVariant } from "./law-variant.ts";
import { logSpaced } from "./log-spaced.ts";

/** What was asked for, and where a text's parts lie. */
export interface LawPlan {
  readonly parts: LawParts;
  readonly settings: LawSettings;
}

/** Context lengths of the rows that a variant is fitted on, ascending. */
export function fittedRows(
  { clock, fittedOn }: LawVariant,
  { prompt, first, fitted }: LawParts,
  { rows, warmup }: LawSettings,
): number[] {
  if (fittedOn === "warmup") return Array.from({ length: warmup }, (_, i) => prompt + 1 + i);
  if (clock === "context-length") return logSpaced(first, fitted, rows);
  return logSpaced(1, fitted - prompt, rows).map((step) => prompt + step);
}

/** Context lengths of the rows that every variant is held to, ascending. */
export function heldOutRows({ fitted, last }: LawParts, { rows }: LawSettings): number[] {
  return logSpaced(fitted + 1, last, rows);
}

/** Context lengths of the rows that a record shows: log-spaced, fitted ones and those held out. */
export function observedRows(parts: LawParts, settings: LawSettings): number[] {
  return [...logSpaced(parts.first, parts.fitted, settings.rows), ...heldOutRows(parts, settings)];
}

/** @param quantiles Above 0, of the rows that see 1, 2, … keys: [tokens]. */
export function fitVariant(
  variant: LawVariant,
  quantiles: readonly number[],
  { parts, settings }: LawPlan,
): JudgedLaw {
  const before = variant.clock === "context-length" ? 0 : parts.prompt;
  const pointsOf = (rows: readonly number[]): LawPoints => ({
    x: rows.map((keys) => keys - before),
    quantiles: rows.map((keys) => quantiles[keys - 1]!),
  });
  const fitted = pointsOf(fittedRows(variant, parts, settings));
  const heldOut = pointsOf(heldOutRows(parts, settings));
  return fitLaw(variant, { fitted, heldOut }, settings);
}
