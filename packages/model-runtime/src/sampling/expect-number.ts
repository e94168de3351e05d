import { ModelError } from "../model-error.ts";

/** Values that an option takes. */
export interface NumberRange {
  readonly min?: number;
  /** The option is above this, not equal to it. */
  readonly above?: number;
  readonly max?: number;
  /** The option is below this, not equal to it. */
  readonly below?: number;
  readonly integer?: true;
}

/** @throws ModelError "bad-option" that names the option, its range and the value. */
export function expectNumber(name: string, value: unknown, range: NumberRange): number {
  if (typeof value === "number" && isInRange(value, range)) return value;
  throw new ModelError("bad-option", `${name}: expected ${describe(range)}, got ${String(value)}`);
}

function isInRange(value: number, range: NumberRange): boolean {
  if (!(range.integer ? Number.isSafeInteger(value) : Number.isFinite(value))) return false;
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = range;
  return value >= min && value > above && value <= max && value < below;
}

function describe({ min, above, max, below, integer }: NumberRange): string {
  const kind = integer ? "an integer" : "a number";
  const low = min !== undefined ? `[${min}` : above !== undefined ? `(${above}` : "(−∞";
  const high = max !== undefined ? `${max}]` : below !== undefined ? `${below})` : "∞)";
  return `${kind} in ${low}, ${high}`;
}
