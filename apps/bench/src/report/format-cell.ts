/** A share as a percentage with one digit. */
export const percent = (share: number | null): string =>
  share === null ? "" : `${(100 * share).toFixed(1)} %`;

/** A small positive quantity to two significant digits, without an exponent where it stays short. */
export function short(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential(1);
  return value.toFixed(Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(Math.abs(value))))));
}

/** 1.0012 ± 0.0004. */
export const withError = (value: number, error: number): string =>
  `${value.toFixed(4)} ± ${error.toFixed(4)}`;
