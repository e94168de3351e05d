import type { ModelBackend } from "../backend/model-backend.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import type { ModelConfig } from "../weights/model-config.ts";

/** Context without asking: longer ones are a matter of memory. */
const DEFAULT_CONTEXT = 8192;

/** Least context: a token of a prompt and one after it. */
const LEAST_CONTEXT = 2;

/** @throws ModelError "bad-option" for a length that the model was not made for. */
export function expectContextLength(
  contextLength: number | "auto" | undefined,
  config: ModelConfig,
): void {
  if (contextLength === undefined || contextLength === "auto") return;
  expectNumber('contextLength (or "auto")', contextLength, {
    min: LEAST_CONTEXT,
    max: config.contextLength,
    integer: true,
  });
}

/** Tokens that each of so many sequences may hold: what memory leaves room for, at most what the model was made for. */
export function contextThatFits(
  backend: ModelBackend,
  config: ModelConfig,
  sequences: number,
): number {
  const fitting = backend.contextThatFits?.(sequences) ?? DEFAULT_CONTEXT;
  return Math.max(LEAST_CONTEXT, Math.min(fitting, config.contextLength));
}

/** Tokens of each slot, from what was asked for. @throws ModelError "bad-option". */
export function slotCapacity(
  asked: number | "auto" | undefined,
  {
    backend,
    config,
    slots,
  }: {
    readonly backend: ModelBackend;
    readonly config: ModelConfig;
    readonly slots: number;
  },
): number {
  expectContextLength(asked, config);
  if (asked === "auto") return contextThatFits(backend, config, slots);
  return asked ?? Math.min(config.contextLength, DEFAULT_CONTEXT);
}
