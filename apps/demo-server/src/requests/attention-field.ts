import { scheduleDefaults } from "@sift-attention/model-runtime";
import { z } from "zod";
import type { ResolvedAttention } from "../live-events.ts";

const kinds = ["full", "top-k", "sliding-window", "sift"] as const;
const droppedMass = z.enum(["none", "renormalise", "mean-value"]);
const margin = z.union([z.literal("none"), z.number().gt(0.5).lt(1)], {
  error: 'expected "none" or a number between 0.5 and 1',
});

const warmup = z.union([z.literal("auto"), z.literal(0), z.int().min(2)], {
  error: 'expected "auto", 0 or an integer of 2 or more',
});
const index = z.int().min(0);
const drift = z.strictObject({
  slack: z.number().min(0).max(1e6),
  limit: z.number().gt(0).max(1e6),
});
const fallback = z
  .strictObject({
    above: z.number().gt(0).max(1),
    below: z.number().min(0),
    hold: z.int().min(1),
    dense_after: z.int().min(1),
  })
  .refine(({ above, below }) => below <= above, { error: "expected below ≤ above" });

function unlessNone<T extends z.ZodType>(
  schema: T,
): z.ZodUnion<readonly [z.ZodLiteral<"none">, T]> {
  return z.union([z.literal("none"), schema]);
}

/** The defaults are the runtime's, written out so that an answer can say what was in force. */
const settings = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("full") }),
    z.strictObject({
      kind: z.literal("top-k"),
      fraction: z.number().positive().max(1).default(0.25),
      dropped_mass: droppedMass.default("none"),
    }),
    z.strictObject({
      kind: z.literal("sliding-window"),
      sinks: z.int().min(0),
      window: z.int().min(1),
      dropped_mass: droppedMass.default("none"),
    }),
    z.strictObject({
      kind: z.literal("sift"),
      quantile: z.number().gt(0).lt(1).default(0.75),
      budget: z.enum(["head", "group", "model"]).default(scheduleDefaults.budget),
      controls: z.enum(["kept", "union"]).default(scheduleDefaults.controls),
      warmup: warmup.default(scheduleDefaults.warmup),
      warmup_limit: z.int().min(8).default(scheduleDefaults.warmupLimit),
      warmup_tolerance: z.number().gt(0).lt(100).default(scheduleDefaults.warmupTolerance),
      clock: z.enum(["context-length", "generated-steps"]).default("context-length"),
      fit: z.enum(["least-squares", "theil-sen", "slope-prior"]).default("slope-prior"),
      margin: margin.default("none"),
      feedback: unlessNone(z.number().gt(0).lt(100)).default(scheduleDefaults.feedback),
      lag: z.int().min(0).max(64).default(scheduleDefaults.lag),
      max_dropped_mass: unlessNone(z.number().gt(0).lt(1)).default("none"),
      floor_answer: z.enum(["lower", "full", "fill"]).default(scheduleDefaults.floorAnswer),
      drift: unlessNone(drift).default(scheduleDefaults.drift),
      fallback: unlessNone(fallback).default("none"),
      dense_layers: z.array(index).default([]),
      dense_heads: z.array(z.tuple([index, index])).default([]),
      dense_flatness: unlessNone(z.number().gt(0).max(1e6)).default("none"),
      dropped_mass: droppedMass.default("mean-value"),
      keep_first: z.int().min(0).default(0),
      keep_last: z.int().min(0).default(0),
    }),
  ],
  { error: `expected one of ${kinds.join(", ")}` },
);

/** What a budget controls unless the request says: its default is not that of the other budgets, nor the server's. */
function controlsOf(wanted: object): { readonly controls?: "kept" | "union" } {
  if (!("budget" in wanted)) return {};
  return { controls: wanted.budget === "group" ? "union" : "kept" };
}

/**
 * `attention` of a request: an object, or the name of a kind that needs no settings. Settings that it leaves out are the
 * server's where that runs the same kind, else the defaults.
 */
export function createAttentionField(server?: ResolvedAttention): z.ZodType<ResolvedAttention> {
  return z.preprocess((value) => {
    const wanted = typeof value === "string" ? { kind: value } : value;
    if (typeof wanted !== "object" || wanted === null || !("kind" in wanted)) return wanted;
    const controls = controlsOf(wanted);
    return wanted.kind === server?.kind
      ? { ...server, ...controls, ...wanted }
      : { ...controls, ...wanted };
  }, settings);
}
