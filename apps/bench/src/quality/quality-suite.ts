import { BenchError } from "../bench-error.ts";

/** What a quality run can measure, in its order. */
export const SUITES = ["windows", "passkeys", "needles", "generation", "shift"] as const;

export type QualitySuite = (typeof SUITES)[number];

/** @throws BenchError that lists the suites. */
export function findSuite(name: string): QualitySuite {
  const found = SUITES.find((suite) => suite === name);
  if (found) return found;
  throw new BenchError(`--suites: expected some of ${SUITES.join(", ")}; got ${name}`);
}
