import type { Calibration } from "./methods.ts";
import type { LineRule } from "./rules/line-rule.ts";

/** What a calibration found. */
export interface Calibrated {
  readonly parameter: number;
  /** Mean kept fraction on the sampled rows of the calibration text. */
  readonly keptFraction: number;
}

/** Halvings of the logarithmic range: past that the parameter has seven equal digits. */
const HALVINGS = 36;

/**
 * The parameter whose mean kept fraction over the sampled heads and rows comes nearest to a target.
 * @param lines Scores of one query head at one row each: [samples][count].
 */
export function calibrate(
  { least, most, rule }: Calibration,
  lines: readonly Float32Array[],
  target: number,
): Calibrated {
  const keptAt = (parameter: number): number => meanKept(lines, rule(parameter));
  const isRising = keptAt(most) > keptAt(least);
  let [low, high] = [Math.log(least), Math.log(most)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (keptAt(Math.exp(middle)) > target === isRising) high = middle;
    else low = middle;
  }
  const parameter = Number(Math.exp((low + high) / 2).toPrecision(7));
  return { parameter, keptFraction: keptAt(parameter) };
}

function meanKept(lines: readonly Float32Array[], rule: LineRule): number {
  let sum = 0;
  for (const scores of lines) {
    const kept = new Uint8Array(scores.length);
    rule(scores, kept);
    sum += kept.reduce((count, flag) => count + flag, 0) / scores.length;
  }
  return sum / lines.length;
}
