import type { NumberCell } from "./figure.ts";

/** A number of the file, and how people read it. */
export function numberCell(path: string, value: number, text: string): NumberCell {
  return { path, value, text };
}

/** A number that follows from others: it stands in no file. */
export function computedCell(value: number, text: string): NumberCell {
  return { value, text };
}

/** A number's tip in a plot: what it is, and where it stands. */
export function tip(
  subject: string,
  numbers: readonly (readonly [path: string, value: number])[],
): string {
  return [subject, ...numbers.map(([path, value]) => `${path} = ${value}`)].join("\n");
}
