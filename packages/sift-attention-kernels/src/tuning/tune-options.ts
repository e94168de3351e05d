import { expectWhole, format } from "../expect-number.ts";
import { SiftError } from "../sift-error.ts";
import type { TuningEntries } from "./tuning.ts";

/** How far a tuning has come. */
export interface TuningProgress {
  /** What was measured last, as `scores.rows`. */
  readonly knob: string;
  /** Candidates measured so far. */
  readonly measured: number;
  readonly elapsedMs: number;
  /** The best so far. */
  readonly entries: TuningEntries;
}

/** How a tuning is made. */
export interface TuneOptions {
  /** Context lengths that count, 1 to capacity each. Default an eighth of the capacity, and all of it. */
  readonly contexts?: readonly number[];
  /** Milliseconds after which no further candidate is tried. Default 10,000. */
  readonly budgetMs?: number;
  readonly onProgress?: (progress: TuningProgress) => void;
  /** Stops the tuning; its reason is thrown. */
  readonly signal?: AbortSignal;
}

const defaultBudgetMs = 10_000;

/** The contexts to measure, ascending. @throws SiftError "invalid-option". */
export function expectContexts(contexts: unknown, capacity: number): readonly number[] {
  if (contexts === undefined) return [...new Set([Math.ceil(capacity / 8), capacity])];
  if (!Array.isArray(contexts) || contexts.length === 0) {
    throw new SiftError(
      "invalid-option",
      `contexts: expected an array of context lengths, got ${format(contexts)}`,
    );
  }
  for (const [i, context] of contexts.entries()) {
    expectWhole({ code: "invalid-option", where: `contexts[${i}]` }, context, 1, capacity);
  }
  return [...new Set<number>(contexts)].toSorted((a, b) => a - b);
}

/** The budget in milliseconds. @throws SiftError "invalid-option". */
export function expectBudget(budgetMs: unknown = defaultBudgetMs): number {
  if (typeof budgetMs === "number" && budgetMs >= 0) return budgetMs;
  throw new SiftError(
    "invalid-option",
    `budgetMs: expected a number of at least 0, got ${format(budgetMs)}`,
  );
}
