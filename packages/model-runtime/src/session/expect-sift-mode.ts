import { scheduleDefaults } from "@sift-attention/threshold-scheduler";
import type { SiftMode } from "../attention-mode.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber, type NumberRange } from "../sampling/expect-number.ts";
import { expectChoice } from "./expect-choice.ts";
import { expectDroppedMass } from "./expect-dropped-mass.ts";

/** Sift settings with every default filled in. */
export type SiftSettings = Required<Omit<SiftMode, "fixedLogThreshold">> & {
  readonly fixedLogThreshold: number | undefined;
};

const COUNT = { min: 0, integer: true } as const;
const SHARE = { above: 0, max: 1 } as const;

/** @throws ModelError "bad-option" that names the option, its range and the value. */
export function expectSiftMode(mode: SiftMode): SiftSettings {
  const given = { ...scheduleDefaults, ...definedOf(mode) };
  const { feedback, margin } = given;
  return {
    kind: "sift",
    quantile: expectNumber("attention.quantile", given.quantile, { above: 0, below: 1 }),
    budget: expectChoice("attention.budget", given.budget, ["head", "group", "model"]),
    controls: expectChoice(
      "attention.controls",
      mode.controls ?? (given.budget === "group" ? "union" : scheduleDefaults.controls),
      ["kept", "union"],
    ),
    warmup: expectWarmup(given.warmup, feedback !== "none"),
    warmupLimit: expectNumber("attention.warmupLimit", given.warmupLimit, {
      min: 8,
      integer: true,
    }),
    warmupTolerance: expectNumber("attention.warmupTolerance", given.warmupTolerance, {
      above: 0,
      below: 100,
    }),
    clock: expectChoice("attention.clock", given.clock, ["context-length", "generated-steps"]),
    fit: expectChoice("attention.fit", given.fit, ["least-squares", "theil-sen", "slope-prior"]),
    margin: expectUnlessNone("margin", margin, { above: 0.5, below: 1 }),
    feedback: expectUnlessNone("feedback", feedback, { above: 0, below: 100 }),
    lag: expectNumber("attention.lag", given.lag, { min: 0, max: 64, integer: true }),
    maxDroppedMass: expectUnlessNone("maxDroppedMass", given.maxDroppedMass, {
      above: 0,
      below: 1,
    }),
    floorAnswer: expectChoice("attention.floorAnswer", given.floorAnswer, [
      "lower",
      "full",
      "fill",
    ]),
    drift: expectDrift(given.drift),
    fallback: expectFallback(given.fallback),
    denseLayers: expectArray("denseLayers", mode.denseLayers ?? []),
    denseHeads: expectArray("denseHeads", mode.denseHeads ?? []),
    denseFlatness: expectUnlessNone("denseFlatness", given.denseFlatness, { above: 0, max: 1e6 }),
    droppedMass: expectDroppedMass(mode.droppedMass ?? "mean-value"),
    keepFirst: expectNumber("attention.keepFirst", mode.keepFirst ?? 0, COUNT),
    keepLast: expectNumber("attention.keepLast", mode.keepLast ?? 0, COUNT),
    trace: mode.trace ?? false,
    fixedLogThreshold: expectLogThreshold(mode.fixedLogThreshold),
  };
}

/** Without the options that are undefined, which mean their defaults. */
function definedOf(mode: SiftMode): SiftMode {
  const entries = Object.entries(mode).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as SiftMode;
}

function expectWarmup(warmup: number | "auto", hasFeedback: boolean): number | "auto" {
  if (warmup === "auto" || (warmup === 0 && hasFeedback)) return warmup;
  const name = `attention.warmup (or "auto"${hasFeedback ? ", or 0" : ""})`;
  return expectNumber(name, warmup, { min: 2, integer: true });
}

function expectUnlessNone(
  name: string,
  value: "none" | number,
  range: NumberRange,
): "none" | number {
  return value === "none" ? value : expectNumber(`attention.${name} (or "none")`, value, range);
}

function expectDrift(drift: SiftSettings["drift"]): SiftSettings["drift"] {
  if (drift === "none") return drift;
  const { slack, limit } = expectRecord("drift", drift);
  return {
    slack: expectNumber("attention.drift.slack", slack, { min: 0, max: 1e6 }),
    limit: expectNumber("attention.drift.limit", limit, { above: 0, max: 1e6 }),
  };
}

function expectFallback(fallback: SiftSettings["fallback"]): SiftSettings["fallback"] {
  if (fallback === "none") return fallback;
  const { above, below, hold, denseAfter } = expectRecord("fallback", fallback);
  return {
    above: expectNumber("attention.fallback.above", above, SHARE),
    below: expectNumber("attention.fallback.below", below, { min: 0, max: above }),
    hold: expectNumber("attention.fallback.hold", hold, { min: 1, integer: true }),
    denseAfter: expectNumber("attention.fallback.denseAfter", denseAfter, {
      min: 1,
      integer: true,
    }),
  };
}

function expectRecord<T extends object>(name: string, value: T): T {
  if (typeof value === "object" && value !== null) return value;
  throw new ModelError(
    "bad-option",
    `attention.${name}: expected an object or "none", got ${JSON.stringify(value)}`,
  );
}

/** What is in it is held to the model's shape when a generation begins. */
function expectArray<T>(name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new ModelError(
    "bad-option",
    `attention.${name}: expected an array, got ${JSON.stringify(value)}`,
  );
}

function expectLogThreshold(logThreshold: number | undefined): number | undefined {
  if (logThreshold === undefined || logThreshold === -Infinity) return logThreshold;
  return expectNumber("attention.fixedLogThreshold (or −Infinity)", logThreshold, {});
}
