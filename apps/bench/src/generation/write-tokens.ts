import type { AttentionMode, Model, Session } from "@sift-attention/model-runtime";
import type { Drawing } from "./plan-generation.ts";

/** What a generation wrote and kept. */
export interface WrittenTokens {
  readonly tokens: readonly number[];
  /** Means over the steps that were no warmup, over layers and heads; 1 where there was none. */
  readonly kept: number;
  readonly union: number;
}

/** Exactly `count` tokens after a prompt: whatever would end the text is kept from being drawn. */
export async function writeTokens(
  model: Model,
  session: Session,
  prompt: readonly number[],
  options: {
    readonly count: number;
    readonly attention: AttentionMode;
    readonly drawing: Drawing;
    readonly signal?: AbortSignal;
  },
): Promise<WrittenTokens> {
  const { count, attention, drawing, signal } = options;
  const stops = [...model.config.stopTokens, ...model.generationDefaults.stopTokens];
  const generation = session.generate(prompt, {
    ...{ maxTokens: count, attention, ...drawing, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    logitBias: new Map(stops.map((id) => [id, -1e4])),
    ...(signal && { signal }),
  });
  const tokens: number[] = [];
  let [steps, kept, union] = [0, 0, 0];
  for await (const { id, statistics } of generation) {
    tokens.push(id);
    if (!statistics || statistics.phase === "warmup") continue;
    steps++;
    kept += mean(statistics.keptFraction);
    union += mean(statistics.unionFraction);
  }
  signal?.throwIfAborted();
  return steps === 0
    ? { tokens, kept: 1, union: 1 }
    : { tokens, kept: kept / steps, union: union / steps };
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
