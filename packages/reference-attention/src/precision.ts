/**
 * In what numbers attention computes: "f64" is the oracle; "f32" rounds the inputs and the result of every single
 * operation to float32, as an honest kernel that accumulates in float32 would.
 */
export type Precision = "f64" | "f32";

/** Applied to the result of every operation. */
export type Round = (value: number) => number;

const exact: Round = (value) => value;

export function roundTo(precision: Precision): Round {
  return precision === "f32" ? Math.fround : exact;
}

/** The input as the precision sees it; a Float32Array is not copied. */
export function inPrecision(values: ArrayLike<number>, precision: Precision): ArrayLike<number> {
  return precision === "f64" || values instanceof Float32Array ? values : Float32Array.from(values);
}
