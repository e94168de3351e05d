import type { Session } from "@sift-attention/model-runtime";
import type { TextWindow } from "../text/text-windows.ts";
import type { Contestant } from "./calibrate-variants.ts";
import { measureCell } from "./measure-cell.ts";
import type { QualityInput } from "./quality-input.ts";
import { type Baseline, scoreBaseline, scoreWindow, type WindowPass } from "./score-window.ts";
import type { WindowResult } from "./window-comparison.ts";
import { windowProtocol } from "./window-protocol.ts";

/** One window and how to speak of it. */
export interface WindowTask {
  readonly window: TextWindow;
  readonly label: string;
}

/**
 * Every contestant on one window, in turn, so that all of them meet the same text and machine. Full attention runs once,
 * and only if some contestant is missing.
 * @returns results in the order of the contestants.
 */
export async function measureWindow(
  input: QualityInput,
  session: Session,
  { window, label }: WindowTask,
  contestants: readonly Contestant[],
): Promise<WindowResult[]> {
  const { tokens } = window;
  const { warmup } = input.settings;
  const pass = createPass(input, session, tokens);
  const { attentionFrom, reportFrom } = pass.protocol;
  const compared = { firstPosition: reportFrom, endPosition: tokens.length - 1 };
  const boundaries = [attentionFrom, reportFrom, pass.outputRows];
  let baseline: Promise<Baseline> | undefined;
  const results: WindowResult[] = [];
  for (const { method, quantile, calibrated } of contestants) {
    const attention = method.attention({
      ...{ quantile, warmup, attentionFrom, ...compared },
      ...(calibrated && { parameter: calibrated.parameter }),
    });
    const task = {
      subject: { kind: "window", tokens, attention, boundaries },
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
  const outputRows = model.info.backend === "cpu" ? settings.outputRows : 0;
  return { session, layers, tokens, protocol, outputRows, ...(signal && { signal }) };
}
