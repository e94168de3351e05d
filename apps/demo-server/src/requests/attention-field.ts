import { z } from "zod";
import type { ResolvedAttention } from "../live-events.ts";

const kinds = ["full", "top-k", "sliding-window", "sift"] as const;
const droppedMass = z.enum(["none", "renormalise", "mean-value"]);
const margin = z.union([z.literal("none"), z.number().gt(0.5).lt(1)], {
  error: 'expected "none" or a number between 0.5 and 1',
});

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
      warmup: z.int().min(2).default(64),
      clock: z.enum(["context-length", "generated-steps"]).default("context-length"),
      fit: z.enum(["least-squares", "theil-sen", "slope-prior"]).default("slope-prior"),
      margin: margin.default("none"),
      dropped_mass: droppedMass.default("mean-value"),
      keep_first: z.int().min(0).default(0),
      keep_last: z.int().min(0).default(0),
    }),
  ],
  { error: `expected one of ${kinds.join(", ")}` },
);

/**
 * `attention` of a request: an object, or the name of a kind that needs no settings. Settings that it leaves out are the
 * server's where that runs the same kind, else the defaults.
 */
export function createAttentionField(server?: ResolvedAttention): z.ZodType<ResolvedAttention> {
  return z.preprocess((value) => {
    const wanted = typeof value === "string" ? { kind: value } : value;
    if (typeof wanted !== "object" || wanted === null || !("kind" in wanted)) return wanted;
    return wanted.kind === server?.kind ? { ...server, ...wanted } : wanted;
  }, settings);
}
