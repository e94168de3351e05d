import type { AttentionMode, CustomMode, DroppedMassRule, SiftMode } from "../attention-mode.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import { expectChoice } from "./expect-choice.ts";

/** Sift settings with every default filled in. */
export interface SiftSettings {
  readonly kind: "sift";
  readonly quantile: number;
  readonly warmup: number;
  readonly clock: NonNullable<SiftMode["clock"]>;
  readonly fit: NonNullable<SiftMode["fit"]>;
  readonly margin: NonNullable<SiftMode["margin"]>;
  readonly droppedMass: DroppedMassRule;
  readonly keepFirst: number;
  readonly keepLast: number;
  readonly fixedLogThreshold: number | undefined;
}

/** An attention mode with every default filled in. */
export type AttentionSettings =
  | { readonly kind: "full" }
  | {
      readonly kind: "top-k";
      readonly fraction: number;
      readonly droppedMass: DroppedMassRule;
    }
  | {
      readonly kind: "sliding-window";
      readonly sinks: number;
      readonly window: number;
      readonly droppedMass: DroppedMassRule;
    }
  | Required<CustomMode>
  | SiftSettings;

const COUNT = { min: 0, integer: true } as const;

/** @throws ModelError "bad-option" that names the option, its range and the value. */
export function expectAttentionMode(mode: AttentionMode): AttentionSettings {
  switch (mode.kind) {
    case "full":
      return { kind: "full" };
    case "top-k":
      return {
        kind: "top-k",
        fraction: expectNumber("attention.fraction", mode.fraction, { above: 0, max: 1 }),
        droppedMass: expectDroppedMass(mode.droppedMass ?? "none"),
      };
    case "sliding-window":
      return {
        kind: "sliding-window",
        sinks: expectNumber("attention.sinks", mode.sinks, COUNT),
        window: expectNumber("attention.window", mode.window, { min: 1, integer: true }),
        droppedMass: expectDroppedMass(mode.droppedMass ?? "none"),
      };
    case "custom":
      return expectCustom(mode);
    case "sift":
      return expectSift(mode);
  }
  const kind: unknown = (mode as { readonly kind?: unknown }).kind;
  throw new ModelError(
    "bad-option",
    `attention.kind: expected "full", "top-k", "sliding-window", "custom" or "sift", got ${JSON.stringify(kind)}`,
  );
}

function expectCustom(mode: CustomMode): Required<CustomMode> {
  const { name, createRule, seesPrompt = false } = mode;
  expectType("attention.name", name, "string");
  expectType("attention.createRule", createRule, "function");
  expectType("attention.seesPrompt", seesPrompt, "boolean");
  const droppedMass = expectDroppedMass(mode.droppedMass ?? "none");
  return { kind: "custom", name, createRule, seesPrompt, droppedMass };
}

function expectType(name: string, value: unknown, type: "string" | "function" | "boolean"): void {
  if (typeof value === type) return;
  throw new ModelError("bad-option", `${name}: expected a ${type}, got ${typeof value}`);
}

function expectSift(mode: SiftMode): SiftSettings {
  return {
    kind: "sift",
    quantile: expectNumber("attention.quantile", mode.quantile ?? 0.75, { above: 0, below: 1 }),
    warmup: expectNumber("attention.warmup", mode.warmup ?? 64, { min: 2, integer: true }),
    clock: expectChoice("attention.clock", mode.clock ?? "context-length", [
      "context-length",
      "generated-steps",
    ]),
    fit: expectChoice("attention.fit", mode.fit ?? "slope-prior", [
      "least-squares",
      "theil-sen",
      "slope-prior",
    ]),
    margin: expectMargin(mode.margin ?? "none"),
    droppedMass: expectDroppedMass(mode.droppedMass ?? "mean-value"),
    keepFirst: expectNumber("attention.keepFirst", mode.keepFirst ?? 0, COUNT),
    keepLast: expectNumber("attention.keepLast", mode.keepLast ?? 0, COUNT),
    fixedLogThreshold: expectLogThreshold(mode.fixedLogThreshold),
  };
}

function expectDroppedMass(rule: DroppedMassRule): DroppedMassRule {
  return expectChoice("attention.droppedMass", rule, ["none", "renormalise", "mean-value"]);
}

function expectMargin(margin: "none" | number): "none" | number {
  if (margin === "none") return margin;
  return expectNumber('attention.margin (or "none")', margin, { above: 0.5, below: 1 });
}

function expectLogThreshold(logThreshold: number | undefined): number | undefined {
  if (logThreshold === undefined || logThreshold === -Infinity) return logThreshold;
  return expectNumber("attention.fixedLogThreshold (or −Infinity)", logThreshold, {});
}
