import type { AttentionMode } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import { type RowRange, windowForBudget } from "./window-for-budget.ts";

/** First keys that a sliding window keeps (StreamingLLM, arXiv 2309.17453). */
export const SINKS = 4;

/** What a method may spend, and the rows that it spends it on. */
export interface Budget extends RowRange {
  /** τ in (0, 1). */
  readonly quantile: number;
  /** Steps under full attention before sifting. */
  readonly warmup: number;
}

/** One contestant of the quality table. */
export interface Method {
  /** As in `--methods` and in the tables. */
  readonly name: string;
  readonly description: string;
  /** Whether it is run for every τ. */
  readonly usesQuantile: boolean;
  attention(budget: Budget): AttentionMode;
}

type Fill = { readonly droppedMass: "none" | "mean-value" };

/** The method as it is, and with the dropped mass put back as the mean value. */
function withAndWithoutFill(
  name: string,
  description: string,
  attention: (budget: Budget, fill: Fill) => AttentionMode,
): Method[] {
  return [
    {
      name,
      description,
      usesQuantile: true,
      attention: (budget) => attention(budget, { droppedMass: "none" }),
    },
    {
      name: `${name}+mean`,
      description: `${description}, mean value for the dropped mass`,
      usesQuantile: true,
      attention: (budget) => attention(budget, { droppedMass: "mean-value" }),
    },
  ];
}

/** Every method, in the order of the table. */
export const METHODS: readonly Method[] = [
  {
    name: "full",
    description: "full attention against itself: the noise of the measurement",
    usesQuantile: false,
    attention: () => ({ kind: "full" }),
  },
  ...withAndWithoutFill("top-k", "exact top-k per head", ({ quantile }, fill) => ({
    kind: "top-k",
    fraction: 1 - quantile,
    ...fill,
  })),
  ...withAndWithoutFill("window", "sliding window and 4 sinks", (budget, fill) => ({
    kind: "sliding-window",
    sinks: SINKS,
    window: windowForBudget(budget, SINKS, 1 - budget.quantile),
    ...fill,
  })),
  ...withAndWithoutFill(
    "sift-paper",
    "sift as in the paper, clock: context length",
    ({ quantile, warmup }, fill) => ({
      kind: "sift",
      clock: "context-length",
      fit: "least-squares",
      quantile,
      warmup,
      ...fill,
    }),
  ),
  ...withAndWithoutFill(
    "sift-paper-steps",
    "sift as in the paper, clock: generated steps",
    ({ quantile, warmup }, fill) => ({
      kind: "sift",
      clock: "generated-steps",
      fit: "least-squares",
      quantile,
      warmup,
      ...fill,
    }),
  ),
  ...withAndWithoutFill("sift-prior", "sift with slope prior", ({ quantile, warmup }, fill) => ({
    kind: "sift",
    clock: "context-length",
    fit: "slope-prior",
    quantile,
    warmup,
    ...fill,
  })),
];

/** @throws BenchError that lists the names. */
export function findMethod(name: string): Method {
  const found = METHODS.find((method) => method.name === name);
  if (found) return found;
  const names = METHODS.map((method) => method.name).join(", ");
  throw new BenchError(`--methods: expected some of ${names}; got ${name}`);
}
