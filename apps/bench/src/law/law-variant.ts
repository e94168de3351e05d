import type { FitOptions } from "@sift-attention/power-law";

/** A way to get a law: what its x counts, which rows it is fitted on, and how. */
export interface LawVariant {
  readonly name: string;
  readonly clock: "context-length" | "generated-steps";
  /** "log-spaced" over the first half of the text, or the "warmup": the first rows after the prompt. */
  readonly fittedOn: "log-spaced" | "warmup";
  readonly method: NonNullable<FitOptions["method"]>;
}

/** Every way that is compared. The first one is what the law itself is judged by. */
export const LAW_VARIANTS: readonly LawVariant[] = [
  {
    name: "context length, log-spaced rows",
    clock: "context-length",
    fittedOn: "log-spaced",
    method: "least-squares",
  },
  {
    name: "generated steps, log-spaced rows",
    clock: "generated-steps",
    fittedOn: "log-spaced",
    method: "least-squares",
  },
  {
    name: "context length, warmup",
    clock: "context-length",
    fittedOn: "warmup",
    method: "least-squares",
  },
  {
    name: "generated steps, warmup",
    clock: "generated-steps",
    fittedOn: "warmup",
    method: "least-squares",
  },
  {
    name: "context length, warmup, slope prior",
    clock: "context-length",
    fittedOn: "warmup",
    method: "slope-prior",
  },
];
