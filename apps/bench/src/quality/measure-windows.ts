import type { AttentionMode, Session } from "@sift-attention/model-runtime";
import type { TextWindow } from "../text/text-windows.ts";
import { cellIdentity } from "./cell-identity.ts";
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
  const { model, settings, store, progress, signal } = input;
  const { tokens } = window;
  const protocol = windowProtocol(tokens.length, settings.warmup);
  const { layers } = model.config;
  const pass: WindowPass = { session, layers, tokens, protocol, ...(signal && { signal }) };
  let baseline: Baseline | undefined;
  const results: WindowResult[] = [];
  for (const variant of variants) {
    const attention = attentionOn(variant, pass, settings.warmup);
    const boundaries = [protocol.attentionFrom, protocol.reportFrom];
    const identity = cellIdentity(input, { kind: "window", tokens, attention, boundaries });
    let result = store.read<WindowResult>(identity);
    if (result === undefined) {
      progress.report(`${label}, ${variant.method.name}`);
      baseline ??= await scoreBaseline(pass);
      result = await scoreWindow(pass, attention, baseline);
      store.write(identity, result);
    }
    results.push(result);
    progress.advance();
  }
  return results;
}

function attentionOn(
  { method, quantile }: Variant,
  { tokens, protocol }: WindowPass,
  warmup: number,
): AttentionMode {
  const rows = { firstPosition: protocol.reportFrom, endPosition: tokens.length - 1 };
  return method.attention({ quantile, warmup, ...rows });
}
