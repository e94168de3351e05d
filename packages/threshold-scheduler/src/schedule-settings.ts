import { type DenseHeads, expectDenseHeads, expectDenseLayers } from "./dense-heads.ts";
import { expectBetween, expectInteger, expectOneOf, refuseOption } from "./expect-option.ts";

/** x of the power law: keys visible to the token, or generated tokens counted from 1. */
export type ScheduleClock = "context-length" | "generated-steps";

/** How a law is fitted to what was observed; see `fitPowerLaw` of @sift-attention/power-law. */
export type ScheduleFit = "least-squares" | "theil-sen" | "slope-prior";

/**
 * "none" takes the law itself as threshold. A number in (0.5, 1) takes the lower bound of the prediction interval that
 * holds with this one-sided confidence: a lower threshold, so more keys are kept where the law is uncertain. With
 * feedback it shrinks as 1/√(1 + n) over n reported steps.
 */
export type ScheduleMargin = "none" | number;

/** Which heads share one threshold: none (the paper), the query heads of a KV head, or all heads of all layers. */
export type ScheduleBudget = "head" | "group" | "model";

/** What is held at 1 − τ: the mean kept fraction of the heads, or the share of value rows that some head of a group keeps. */
export type ControlledShare = "kept" | "union";

/** What follows when a head drops more than it may: its step again under a lower threshold or in full, or only a count. */
export type FloorAnswer = "lower" | "full" | "fill";

/** The two-sided test of Page and Hinkley on the kept fraction's excess over the target. */
export interface DriftOptions {
  /** δ: an excess that is no drift, as a fraction of the keys; at least 0. */
  readonly slack: number;
  /** λ: the sum of what goes past the slack that raises the alarm, above 0. */
  readonly limit: number;
}

/** When a head goes over to full attention for a while, and when for good. */
export interface FallbackOptions {
  /** A step whose dropped mass is above this sends the head into fallback; in (0, 1]. */
  readonly above: number;
  /** The first step after a fallback must drop no more than this, else it goes on; at most `above`. */
  readonly below: number;
  /** Steps that a fallback lasts, at least 1. */
  readonly hold: number;
  /** Fallbacks after which the head stays under full attention, at least 1. */
  readonly denseAfter: number;
}

/** What a schedule is made of, with every default filled in. Plain data. */
export interface ScheduleSettings {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  /** KV heads of a layer, a divisor of `heads`. */
  readonly kvHeads: number;
  /** Keys that a layer sees at most, null where all: [layers], or empty when no layer has a window. */
  readonly windows: readonly (number | null)[];
  /** τ in (0, 1): 1 − τ is the share to keep. */
  readonly quantile: number;
  readonly budget: ScheduleBudget;
  readonly controls: ControlledShare;
  /** w: steps under full attention before sifting; "auto": as many as the law needs, none where feedback makes up for it. */
  readonly warmup: number | "auto";
  /** Steps of an automatic warmup at most. */
  readonly warmupLimit: number;
  /** Half-width of the 90 % prediction interval that ends an automatic warmup, in units of ln θ. */
  readonly warmupTolerance: number;
  /** Clock value at which that interval is taken. */
  readonly longestContext: number;
  readonly clock: ScheduleClock;
  readonly fit: ScheduleFit;
  readonly margin: ScheduleMargin;
  /** γ: ln θ moves by γ times the last step's excess of the kept fraction; "none" leaves the law frozen. */
  readonly feedback: "none" | number;
  /** Steps by which a report may be late: a step is planned with the reports of the steps before the last so many. */
  readonly lag: number;
  /** d_max: dropped mass of a head in one step at most, or "none". */
  readonly maxDroppedMass: "none" | number;
  readonly floorAnswer: FloorAnswer;
  readonly drift: "none" | DriftOptions;
  readonly fallback: "none" | FallbackOptions;
  /** Layers under full attention, left out of the budget. */
  readonly denseLayers: readonly number[];
  /** Heads under full attention, left out of the budget: [layer, head] each. */
  readonly denseHeads: DenseHeads;
  /** Heads whose median weight in the prompt is at least this share of 1/N are dense too; "none" leaves them. */
  readonly denseFlatness: "none" | number;
}

type Optional<Settings> = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** The shape of the model, and what differs from the defaults. */
export interface ScheduleOptions extends Optional<Omit<ScheduleSettings, "layers" | "heads">> {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
}

/** Settings that do not depend on the shape of the model. */
export type ScheduleDefaults = Omit<
  ScheduleSettings,
  "layers" | "heads" | "kvHeads" | "windows" | "denseLayers" | "denseHeads"
>;

/** What a schedule is made of where nobody says otherwise, but for `controls` of groups: measured in docs/decisions. */
export const scheduleDefaults: ScheduleDefaults = {
  quantile: 0.75,
  budget: "model",
  controls: "kept",
  warmup: "auto",
  warmupLimit: 64,
  warmupTolerance: 1,
  longestContext: 4096,
  clock: "context-length",
  fit: "slope-prior",
  margin: "none",
  feedback: 1,
  lag: 3,
  maxDroppedMass: "none",
  floorAnswer: "lower",
  drift: { slack: 0.05, limit: 3 },
  fallback: "none",
  denseFlatness: "none",
};

/** Feedback stays within this distance of a fitted law, in units of ln θ. */
export const FEEDBACK_RANGE = 3;

/** The same around the prior, which no row of the model has told. */
export const PRIOR_FEEDBACK_RANGE = 12;

// 1 GiB of observed quantiles: a warmup of 8,192 steps for 128 layers of 128 heads.
const MAX_OBSERVATIONS = 2 ** 27;

/** What the options leave out, and `controls`, whose default depends on the budget. */
function filledIn(options: ScheduleOptions): ScheduleSettings {
  const { layers, heads } = options;
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const shape = { kvHeads: heads, windows: [], denseLayers: [], denseHeads: [] };
  const controls = options.budget === "group" ? "union" : scheduleDefaults.controls;
  return { ...scheduleDefaults, ...shape, controls, ...given, layers, heads };
}

function expectKvHeads(kvHeads: number, heads: number): number {
  expectInteger("kvHeads", kvHeads, 1);
  return heads % kvHeads === 0
    ? kvHeads
    : refuseOption("kvHeads", `a divisor of ${heads} heads`, kvHeads);
}

function expectWindows(
  windows: ScheduleSettings["windows"],
  layers: number,
): ScheduleSettings["windows"] {
  if (!Array.isArray(windows)) return refuseOption("windows", "an array", windows);
  if (windows.length !== 0 && windows.length !== layers) {
    return refuseOption("windows.length", `0 or ${layers}`, windows.length);
  }
  return windows.map((window, layer) =>
    window === null ? null : expectInteger(`windows[${layer}]`, window, 1),
  );
}

/** A margin needs a residual, which two points do not leave; no warmup at all leaves the level to the prompt or a prior. */
function expectWarmup({ warmup, margin, feedback }: ScheduleSettings): number | "auto" {
  if (warmup === "auto") return warmup;
  if (warmup === 0 && feedback !== "none") return 0;
  return expectInteger("warmup", warmup, margin === "none" ? 2 : 3);
}

function expectNumber(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === "number" && value >= low && value <= high) return value;
  return refuseOption(name, `a number in [${low}, ${high}]`, value);
}

function expectDrift(drift: ScheduleSettings["drift"]): ScheduleSettings["drift"] {
  if (drift === "none") return drift;
  if (typeof drift !== "object" || drift === null)
    return refuseOption("drift", 'an object or "none"', drift);
  return {
    slack: expectNumber("drift.slack", drift.slack, 0, 1e6),
    limit: expectBetween("drift.limit", drift.limit, 0, 1e9),
  };
}

function expectFallback(fallback: ScheduleSettings["fallback"]): ScheduleSettings["fallback"] {
  if (fallback === "none") return fallback;
  if (typeof fallback !== "object" || fallback === null) {
    return refuseOption("fallback", 'an object or "none"', fallback);
  }
  const above = expectBetween("fallback.above", fallback.above, 0, 1 + Number.EPSILON);
  return {
    above,
    below: expectNumber("fallback.below", fallback.below, 0, above),
    hold: expectInteger("fallback.hold", fallback.hold, 1),
    denseAfter: expectInteger("fallback.denseAfter", fallback.denseAfter, 1),
  };
}

function unless<T>(value: "none" | T, expectValue: (value: T) => T): "none" | T {
  return value === "none" ? value : expectValue(value);
}

function expectControls({
  controls,
  clock,
  feedback,
  budget,
  warmup,
}: ScheduleSettings): ControlledShare {
  expectOneOf("controls", controls, ["kept", "union"]);
  if (feedback !== "none" && controls === "union" && budget === "head") {
    return refuseOption(
      "controls",
      '"kept" with the budget "head", whose heads share no union',
      controls,
    );
  }
  if (clock === "generated-steps" && !(typeof warmup === "number" && warmup > 0)) {
    return refuseOption("clock", "context-length without a warmup of given length", clock);
  }
  return controls;
}

/** @throws SchedulerError "bad-option" */
export function expectSettings(options: ScheduleOptions): ScheduleSettings {
  const layers = expectInteger("layers", options.layers, 1);
  const heads = expectInteger("heads", options.heads, 1);
  const given = filledIn(options);
  const settings: ScheduleSettings = {
    layers,
    heads,
    kvHeads: expectKvHeads(given.kvHeads, heads),
    windows: expectWindows(given.windows, layers),
    quantile: expectBetween("quantile", given.quantile, 0, 1),
    budget: expectOneOf("budget", given.budget, ["head", "group", "model"]),
    controls: expectControls(given),
    warmup: expectWarmup(given),
    warmupLimit: expectInteger("warmupLimit", given.warmupLimit, 8),
    warmupTolerance: expectBetween("warmupTolerance", given.warmupTolerance, 0, 100),
    longestContext: expectInteger("longestContext", given.longestContext, 1),
    clock: expectOneOf("clock", given.clock, ["context-length", "generated-steps"]),
    fit: expectOneOf("fit", given.fit, ["least-squares", "theil-sen", "slope-prior"]),
    margin: unless(given.margin, (margin) => expectBetween("margin", margin, 0.5, 1)),
    feedback: unless(given.feedback, (gain) => expectBetween("feedback", gain, 0, 100)),
    lag: expectNumber("lag", expectInteger("lag", given.lag, 0), 0, 64),
    maxDroppedMass: unless(given.maxDroppedMass, (mass) =>
      expectBetween("maxDroppedMass", mass, 0, 1),
    ),
    floorAnswer: expectOneOf("floorAnswer", given.floorAnswer, ["lower", "full", "fill"]),
    drift: expectDrift(given.drift),
    fallback: expectFallback(given.fallback),
    denseLayers: expectDenseLayers(given.denseLayers, layers),
    denseHeads: expectDenseHeads(given.denseHeads, layers, heads),
    denseFlatness: unless(given.denseFlatness, (share) =>
      expectBetween("denseFlatness", share, 0, 1e6),
    ),
  };
  const observations = layers * heads * warmupCapacity(settings);
  if (observations > MAX_OBSERVATIONS) {
    refuseOption("layers × heads × warmup", `at most ${MAX_OBSERVATIONS}`, observations);
  }
  return settings;
}

/** Steps of a warmup at most: an automatic one ends when the report of its last step is there. */
export function warmupCapacity({ warmup, warmupLimit, lag }: ScheduleSettings): number {
  return warmup === "auto" ? warmupLimit + 8 + lag : warmup;
}

/** Whether steps are planned by what earlier ones reported. */
export function needsReports(settings: ScheduleSettings): boolean {
  const { feedback, drift, fallback, maxDroppedMass } = settings;
  return [feedback, drift, fallback, maxDroppedMass].some((option) => option !== "none");
}
