import { InvalidArgumentError } from "commander";

/** What a number of an option may be. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** Bounds that the number must not reach. */
  readonly above?: number;
  readonly below?: number;
  readonly integer?: boolean;
}

function describeRange({ min, max, above, below, integer }: NumberRange): string {
  const kind = integer ? "a whole number" : "a number";
  if (above !== undefined) return `${kind} above ${above} and below ${below}`;
  return max === undefined ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`;
}

/** A parser of one number. @throws InvalidArgumentError that says the range. */
export function parseNumber(range: NumberRange): (text: string) => number {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range;
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const isFit = value >= min && value <= max && value > above && value < below;
    if (isFit && (!range.integer || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Expected ${describeRange(range)}, got ${text || "nothing"}.`);
  };
}

/** A parser of numbers between commas. */
export function parseNumbers(range: NumberRange): (text: string) => number[] {
  const parse = parseNumber(range);
  return (text) => text.split(",").map(parse);
}

/** Words between commas. */
export function parseWords(text: string): string[] {
  return text.split(",").map((word) => word.trim());
}
