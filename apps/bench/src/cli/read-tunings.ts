import type { Tuning } from "@sift-attention/sift-attention-kernels";
import { BenchError } from "../bench-error.ts";
import { findShape } from "../kernels/cases/attention-shape.ts";
import { readJsonFile } from "./read-json-file.ts";

/** Knobs by the name of a shape. */
export type Tunings = Readonly<Record<string, Tuning>>;

/**
 * Reads knobs by shape. Whether they fit the device is found out by the kernels.
 * @throws BenchError for an unreadable file, one that is no object, or an unknown shape.
 */
export function readTunings(path: string): Tunings {
  const value = readJsonFile("--tuning", path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BenchError(`--tuning: ${path}: expected an object of tunings by shape`);
  }
  Object.keys(value).forEach(findShape);
  return value as Tunings;
}
