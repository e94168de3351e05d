import type { AttentionMode, ScoredChunk, Session } from "@sift-attention/model-runtime";
import { evenlySpaced } from "../measures/evenly-spaced.ts";
import { logProbabilities } from "../measures/log-probabilities.ts";
import { droppedMassRuleOf, OutputErrorMeter } from "../measures/output-error.ts";
import { readScheduleCounts } from "../measures/schedule-counts.ts";
import { WindowComparison, type WindowResult } from "./window-comparison.ts";
import type { WindowProtocol } from "./window-protocol.ts";

/** A window of text to be predicted token by token. */
export interface WindowPass {
  readonly session: Session;
  readonly layers: number;
  /** [context]; each but the first is predicted. */
  readonly tokens: readonly number[];
  readonly protocol: WindowProtocol;
  /** Rows whose attention outputs are compared with full attention; 0 where the backend does not show them. */
  readonly outputRows: number;
  readonly signal?: AbortSignal;
}

/** Log-probabilities of full attention by position, of one window: the only thing of this size in memory. */
export type Baseline = ReadonlyMap<number, Float32Array>;

/** The last token of the window is only predicted: it is no input. */
function score(
  { session, tokens, protocol, signal }: WindowPass,
  attention: AttentionMode,
  { reportFrom, meter }: { readonly reportFrom: number; readonly meter?: OutputErrorMeter },
): AsyncGenerator<ScoredChunk, void> {
  const { attentionFrom } = protocol;
  return session.score(tokens.slice(0, -1), {
    ...{ attention, attentionFrom, reportFrom },
    ...(meter && { onAttention: (layer) => meter.add(layer) }),
    ...(signal && { signal }),
  });
}

/** Runs a window under full attention. @throws the signal's reason when it was aborted. */
export async function scoreBaseline(pass: WindowPass): Promise<Baseline> {
  const baseline = new Map<number, Float32Array>();
  const reportFrom = pass.protocol.attentionFrom;
  for await (const chunk of score(pass, { kind: "full" }, { reportFrom })) {
    const vocabulary = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const logits = chunk.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      baseline.set(chunk.firstPosition + row, logProbabilities(logits));
    }
  }
  pass.signal?.throwIfAborted();
  return baseline;
}

/**
 * Runs a window under a method and compares it with full attention, row by row.
 * @throws the signal's reason when it was aborted.
 */
export async function scoreWindow(
  pass: WindowPass,
  attention: AttentionMode,
  baseline: Baseline,
): Promise<WindowResult> {
  const { attentionFrom, reportFrom } = pass.protocol;
  const { layers, tokens, outputRows } = pass;
  const comparison = new WindowComparison({ layers, tokens, reportFrom, baseline });
  const compared = { firstPosition: reportFrom, endPosition: tokens.length - 1 };
  const positions = evenlySpaced(compared, outputRows);
  const meter =
    outputRows === 0
      ? undefined
      : new OutputErrorMeter(layers, droppedMassRuleOf(attention), positions);
  const rows = score(pass, attention, { reportFrom: attentionFrom, ...(meter && { meter }) });
  for await (const chunk of rows) comparison.add(chunk);
  pass.signal?.throwIfAborted();
  return comparison.result({
    outputError: meter?.totals() ?? null,
    schedule: readScheduleCounts(pass.session),
  });
}
