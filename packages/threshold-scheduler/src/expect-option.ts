import { SchedulerError } from "./scheduler-error.ts";

/** @throws SchedulerError "bad-option" */
export function refuseOption(name: string, expected: string, got: unknown): never {
  throw new SchedulerError("bad-option", `${name}: expected ${expected}, got ${String(got)}`);
}

/** @throws SchedulerError "bad-option" */
export function expectInteger(name: string, value: unknown, minimum: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum) return value;
  return refuseOption(name, `an integer of ${minimum} or more`, value);
}

/** @throws SchedulerError "bad-option" outside the open interval */
export function expectBetween(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === "number" && value > low && value < high) return value;
  return refuseOption(name, `a number in (${low}, ${high})`, value);
}

/** @throws SchedulerError "bad-option" */
export function expectOneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  return known.includes(value) ? value : refuseOption(name, known.join(" or "), value);
}
