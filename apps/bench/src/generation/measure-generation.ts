import type { AttentionMode, Session } from "@sift-attention/model-runtime";
import { logProbabilities } from "../measures/log-probabilities.ts";
import type { Contestant } from "../quality/calibrate-variants.ts";
import { measureCell } from "../quality/measure-cell.ts";
import type { QualityInput } from "../quality/quality-input.ts";
import { scoreBaseline, scoreWindow } from "../quality/score-window.ts";
import type { WindowResult } from "../quality/window-comparison.ts";
import type { Drawing, GenerationTask } from "./plan-generation.ts";
import { type WrittenTokens, writeTokens } from "./write-tokens.ts";

/** What a method wrote, against what full attention wrote with the same random numbers. */
export interface GenerationResult extends WrittenTokens {
  /** −ln p of a written token under full attention, mean, in nats. */
  readonly selfLoss: number;
  /** The method along full attention's text, against full attention there. */
  readonly forced: Pick<WindowResult, "divergences" | "sameTopTokens">;
}

/** What generations are measured with. */
export interface GenerationPlace {
  readonly input: QualityInput;
  readonly session: Session;
  readonly task: GenerationTask;
  readonly drawing: Drawing;
}

/** Every contestant after one prompt; full attention leads. @returns results in the order of the contestants. */
export async function measureGeneration(
  place: GenerationPlace,
  contestants: readonly Contestant[],
): Promise<GenerationResult[]> {
  const { input, task, drawing } = place;
  const { prompt, label } = task;
  const { warmup } = input.settings;
  const rows = { firstPosition: prompt.length, endPosition: prompt.length + task.tokens };
  const results: GenerationResult[] = [];
  for (const { method, quantile, calibrated } of contestants) {
    const attention = method.attention({
      ...{ quantile, warmup, attentionFrom: prompt.length, ...rows },
      ...(calibrated && { parameter: calibrated.parameter }),
    });
    const boundaries = [task.tokens, drawing.temperature, drawing.seed];
    const cell = {
      subject: { kind: "generation", tokens: prompt, attention, boundaries },
      label: `${label}, ${method.name}`,
      measure: () => generate(place, attention, results[0]),
    } as const;
    results.push(await measureCell(input, cell));
  }
  return results;
}

/** @param full What full attention wrote; nothing when this is full attention. */
async function generate(
  { input, session, task, drawing }: GenerationPlace,
  attention: AttentionMode,
  full: GenerationResult | undefined,
): Promise<GenerationResult> {
  const { model, signal } = input;
  const { prompt, tokens: count } = task;
  const options = { count, attention, drawing, ...(signal && { signal }) };
  const written = await writeTokens(model, session, prompt, options);
  const selfLoss = await lossUnderFull(session, prompt, written.tokens, signal);
  const along = [...prompt, ...(full ?? written).tokens];
  const pass = {
    ...{ session, layers: model.config.layers, tokens: along, outputRows: 0 },
    protocol: { attentionFrom: prompt.length, reportFrom: prompt.length },
    ...(signal && { signal }),
  };
  const { divergences, sameTopTokens } = await scoreWindow(
    pass,
    attention,
    await scoreBaseline(pass),
  );
  return { ...written, selfLoss, forced: { divergences, sameTopTokens } };
}

async function lossUnderFull(
  session: Session,
  prompt: readonly number[],
  written: readonly number[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const tokens = [...prompt, ...written];
  const reportFrom = prompt.length - 1;
  const options = { attention: { kind: "full" }, reportFrom, ...(signal && { signal }) } as const;
  let loss = 0;
  for await (const chunk of session.score(tokens.slice(0, -1), options)) {
    const vocabulary = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const logits = chunk.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      loss -= logProbabilities(logits)[tokens[chunk.firstPosition + row + 1]!]!;
    }
  }
  signal?.throwIfAborted();
  return loss / written.length;
}
