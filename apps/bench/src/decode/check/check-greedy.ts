import { type Model, openModel } from "@sift-attention/model-runtime";
import type { DecodeModel } from "../models/decode-model.ts";

/** A step at which the CPU's two largest logits are close, or at which the GPU took another token. */
export interface CloseStep {
  /** 1-based generated token. */
  readonly step: number;
  /** The CPU's likeliest, and the one that the GPU took. */
  readonly expected: number;
  readonly got: number;
  /** Between the CPU's two largest logits. */
  readonly gap: number;
}

/** Greedy tokens of one model under full attention, GPU against CPU. */
export interface GreedyCheck {
  readonly model: string;
  readonly kvType: "f16" | "f32";
  readonly tokens: number;
  /** Steps whose gap is at most 0.01, whatever came of them. */
  readonly nearTies: readonly CloseStep[];
  /** Steps with another token, no near ties. Must be none. */
  readonly wrong: readonly CloseStep[];
}

const mostGap = 1e-2;
const text = "Once upon a time there was a lighthouse on a small island, and in it lived";

/**
 * Generates on the GPU and asks the CPU for its logits of the same text, so that one near tie does not hide what comes
 * after it.
 */
export async function checkGreedy(
  model: DecodeModel,
  { adapter, tokens }: { readonly adapter: "hardware" | "any"; readonly tokens: number },
  report: (line: string) => void,
): Promise<readonly GreedyCheck[]> {
  const checks: GreedyCheck[] = [];
  const files = await model.open();
  const cpu = await openModel(files, { backend: "cpu" });
  try {
    for (const kvType of ["f16", "f32"] as const) {
      const gpu = await openModel(files, { backend: "webgpu", adapter, kvType });
      const compared = await compare(gpu, cpu, tokens).finally(() => gpu.dispose());
      checks.push({ model: model.name, kvType, tokens, ...compared });
      const { nearTies, wrong } = compared;
      report(
        `${model.name}, keys and values ${kvType}: ${tokens} greedy tokens, ${nearTies.length} near ties, ${wrong.length} wrong`,
      );
    }
  } finally {
    await cpu.dispose();
    await files.close();
  }
  return checks;
}

async function compare(
  gpu: Model,
  cpu: Model,
  tokens: number,
): Promise<Pick<GreedyCheck, "nearTies" | "wrong">> {
  const prompt = gpu.tokenizer.encode(text);
  const contextLength = prompt.length + tokens;
  const generated = await generateGreedily(gpu, prompt, { tokens, contextLength });
  const steps = await stepsOnCpu(cpu, [...prompt, ...generated], prompt.length, contextLength);
  return {
    nearTies: steps.filter(({ gap }) => gap <= mostGap),
    wrong: steps.filter(({ gap, got, expected }) => gap > mostGap && got !== expected),
  };
}

async function generateGreedily(
  gpu: Model,
  prompt: readonly number[],
  { tokens, contextLength }: { readonly tokens: number; readonly contextLength: number },
): Promise<number[]> {
  const session = await gpu.createSession({ contextLength, attention: { kind: "full" } });
  const ids: number[] = [];
  const options = { maxTokens: tokens, temperature: 0 };
  for await (const { id } of session.generate(prompt, options)) ids.push(id);
  session.dispose();
  return ids;
}

/** The CPU's two likeliest tokens at each generated token of a text. */
async function stepsOnCpu(
  cpu: Model,
  text: readonly number[],
  promptTokens: number,
  contextLength: number,
): Promise<readonly CloseStep[]> {
  const session = await cpu.createSession({ contextLength, attention: { kind: "full" } });
  const { vocabularySize } = cpu.config;
  const steps: CloseStep[] = [];
  for await (const { firstPosition, rows, logits } of session.score(text)) {
    for (let row = 0; row < rows; row++) {
      const position = firstPosition + row + 1;
      if (position < promptTokens || position >= text.length) continue;
      const ofRow = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
      const step = position - promptTokens + 1;
      steps.push({ step, got: text[position]!, ...topTwo(ofRow) });
    }
  }
  session.dispose();
  return steps;
}

function topTwo(logits: Float32Array): { readonly expected: number; readonly gap: number } {
  let [expected, first, second] = [-1, -Infinity, -Infinity];
  for (const [id, logit] of logits.entries()) {
    if (logit > first) [expected, first, second] = [id, logit, first];
    else if (logit > second) second = logit;
  }
  return { expected, gap: first - second };
}
