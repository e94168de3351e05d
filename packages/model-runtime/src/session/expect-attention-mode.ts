import type { AttentionMode, CustomMode, DroppedMassRule } from "../attention-mode.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import { expectDroppedMass } from "./expect-dropped-mass.ts";
import { expectSiftMode, type SiftSettings } from "./expect-sift-mode.ts";

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
      return expectSiftMode(mode);
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
