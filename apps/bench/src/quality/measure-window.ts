import type { Session } from "@sift-attention/model-runtime";
import type { TextWindow } from "../text/text-windows.ts";
import { measureCell } from "./measure-cell.ts";
import type { QualityInput } from "./quality-input.ts";
import { type Baseline, scoreBaseline, scoreWindow, type WindowPass } from "./score-window.ts";
import type { Variant } from "./variants.ts";
import type { WindowResult } from "./window-comparison.ts";
import { windowProtocol } from "./window-protocol.ts";

/** One window and how to speak of it. */
export interface WindowTask {
  readonly window: TextWindow;
  readonly label: string;
}

/**
 * Every variant on one window, in turn, so that all of them meet the same text and machine. Full attention runs once,
 * and only if some variant is missing.
 * @returns results in the order of the variants.
 */
export async function measureWindow(
  input: QualityInput,
  session: Session,
  { window, label }: WindowTask,
  variants: readonly Variant[],
): Promise<WindowResult[]> {
  const { tokens } = window;
  const { warmup } = input.settings;
  const pass = createPass(input, session, tokens);
  const { attentionFrom, reportFrom } = pass.protocol;
  const compared = { firstPosition: reportFrom, endPosition: tokens.length - 1 };
  let baseline: Promise<Baseline> | undefined;
  const results: WindowResult[] = [];
  for (const { method, quantile } of variants) {
    const attention = method.attention({ quantile, warmup, ...compared });
    const task = {
      subject: { kind: "window", tokens, attention, boundaries: [attentionFrom, reportFrom] },
      label: `${label}, ${method.name}`,
      measure: async () => {
        baseline ??= scoreBaseline(pass);
        return scoreWindow(pass, attention, await baseline);
      },
    } as const;
    results.push(await measureCell(input, task));
  }
  return results;
}

function createPass(
  { model, settings, signal }: QualityInput,
  session: Session,
  tokens: readonly number[],
): WindowPass {
  const protocol = windowProtocol(tokens.length, settings.warmup);
  const { layers } = model.config;
  return { session, layers, tokens, protocol, ...(signal && { signal }) };
}
