import { SiftError, type SiftErrorCode } from "./sift-error.ts";

/** A number's name in messages and the code of its error. */
export interface NumberPlace {
  readonly code: SiftErrorCode;
  readonly where: string;
}

/** @throws SiftError with the place's code unless `value` is a whole number from `least` to `most`. */
export function expectWhole(place: NumberPlace, value: unknown, least: number, most: number): void {
  if (Number.isSafeInteger(value) && least <= (value as number) && (value as number) <= most) {
    return;
  }
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  throw new SiftError(
    place.code,
    `${place.where}: expected a whole number, ${range}, got ${format(value)}`,
  );
}

/** A value as messages show it: a string is told from a number. */
export function format(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
