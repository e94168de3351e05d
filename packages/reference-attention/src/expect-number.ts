import { AttentionError, type AttentionErrorCode } from "./attention-error.ts";

/** Refuses anything but a whole number of at least `minimum`. */
export function expectWhole(
  code: AttentionErrorCode,
  name: string,
  value: number,
  minimum: number,
): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new AttentionError(
    code,
    `${name}: expected a whole number of at least ${minimum}, got ${value}`,
  );
}

/** Refuses zero, negative numbers, infinities and NaN. */
export function expectPositive(code: AttentionErrorCode, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new AttentionError(code, `${name}: expected a finite number above 0, got ${value}`);
}

/** Refuses anything outside (0, 1]. */
export function expectFraction(code: AttentionErrorCode, name: string, value: number): void {
  if (value > 0 && value <= 1) return;
  throw new AttentionError(code, `${name}: expected a number in (0, 1], got ${value}`);
}
