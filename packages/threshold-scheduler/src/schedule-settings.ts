import { SchedulerError } from "./scheduler-error.ts";

/** x of the power law: keys visible to the token, or generated tokens counted from 1. */
export type ScheduleClock = "context-length" | "generated-steps";

/** How the law of a head is fitted to its warmup; see `fitPowerLaw` of @sift-attention/power-law. */
export type ScheduleFit = "least-squares" | "theil-sen" | "slope-prior";

/**
 * "none" takes the law itself as threshold. A number in (0.5, 1) takes the lower bound of the prediction interval that
 * holds with this one-sided confidence: a lower threshold, so more keys are kept where the law is uncertain.
 */
export type ScheduleMargin = "none" | number;

/** What a schedule is made of, with every default filled in. Plain data. */
export interface ScheduleSettings {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  /** τ in (0, 1): 1 − τ is the nominal kept fraction. */
  readonly quantile: number;
  /** w: steps under full attention before sifting. */
  readonly warmup: number;
  readonly clock: ScheduleClock;
  readonly fit: ScheduleFit;
  readonly margin: ScheduleMargin;
}

/** The shape of the model, and what differs from the defaults. */
export interface ScheduleOptions {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  /** τ in (0, 1). Default 0.75. */
  readonly quantile?: number | undefined;
  /** At least 2, with a margin at least 3. Default 64. */
  readonly warmup?: number | undefined;
  /** Default "context-length". */
  readonly clock?: ScheduleClock | undefined;
  /** Default "slope-prior". */
  readonly fit?: ScheduleFit | undefined;
  /** Default "none". */
  readonly margin?: ScheduleMargin | undefined;
}

// 1 GiB of observed quantiles: a warmup of 8,192 steps for 128 layers of 128 heads.
const MAX_OBSERVATIONS = 2 ** 27;
const clocks: readonly ScheduleClock[] = ["context-length", "generated-steps"];
const fits: readonly ScheduleFit[] = ["least-squares", "theil-sen", "slope-prior"];

function refuse(name: string, expected: string, got: unknown): never {
  throw new SchedulerError("bad-option", `${name}: expected ${expected}, got ${String(got)}`);
}

function expectInteger(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  return refuse(name, `an integer of ${minimum} or more`, value);
}

function expectBetween(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === "number" && value > low && value < high) return value;
  return refuse(name, `a number in (${low}, ${high})`, value);
}

function expectOneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  return known.includes(value) ? value : refuse(name, known.join(" or "), value);
}

/** @throws SchedulerError "bad-option" */
export function expectSettings(options: ScheduleOptions): ScheduleSettings {
  const { margin = "none", quantile = 0.75, clock = "context-length" } = options;
  const settings = {
    layers: expectInteger("layers", options.layers, 1),
    heads: expectInteger("heads", options.heads, 1),
    quantile: expectBetween("quantile", quantile, 0, 1),
    // A margin needs a residual, which two points do not leave.
    warmup: expectInteger("warmup", options.warmup ?? 64, margin === "none" ? 2 : 3),
    clock: expectOneOf("clock", clock, clocks),
    fit: expectOneOf("fit", options.fit ?? "slope-prior", fits),
    margin: margin === "none" ? margin : expectBetween("margin", margin, 0.5, 1),
  };
  const observations = settings.layers * settings.heads * settings.warmup;
  if (observations > MAX_OBSERVATIONS) {
    refuse("layers × heads × warmup", `at most ${MAX_OBSERVATIONS}`, observations);
  }
  return settings;
}
