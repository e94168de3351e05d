import { createTinyModel } from "../../../test/tiny-model.ts";
import { createCpuOps } from "../../ops/create-cpu-ops.ts";
import { type SamplingRules, samplingRules } from "../../sampling/sampling-rules.ts";
import type { PassStatistics } from "../../session/pass-statistics.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type { ModelFiles } from "../../weights/model-files.ts";
import type { PassAttention } from "../attention-rule.ts";
import { loadCpuBackend } from "../cpu/load-cpu-backend.ts";
import type { DecodedToken, ModelBackend, SequenceSlots } from "../model-backend.ts";

export const full: PassAttention = { rule: { kind: "full" } };

/** A tiny Llama with heads as large as the attention kernels want them. */
export function tinyFiles(config: Partial<ModelConfig> = {}): ModelFiles {
  const rotary = {
    theta: 10000,
    dimensions: 32,
    layout: "half",
    scaling: { kind: "none" },
  } as const;
  return createTinyModel({ config: { headDim: 32, rotary, ...config } });
}

/** The CPU backend whose results are the measure: sums in float64, or in float32 as honest arithmetic has them. */
export async function openCpu(
  files: Pick<ModelFiles, "config" | "tensors">,
  kind: "plain" | "wasm",
): Promise<ModelBackend> {
  return await loadCpuBackend(files, await createCpuOps({ kind, threads: 1 }));
}

/** Tokens without meaning. */
export function promptOf(length: number, seed = 0): number[] {
  return Array.from({ length }, (_, i) => (7 * i + 11 * seed + ((i * i) % 13)) % 67);
}

export function rulesOf(options: Partial<SamplingRules> = {}): SamplingRules {
  return samplingRules({ temperature: 0, seed: 1, ...options }, {}, 67);
}

/** Largest |a − b|. */
export function deviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** Runs a prompt in pieces of at most `rows`, then draws its first token. */
export async function prefill(
  slots: SequenceSlots,
  slot: number,
  prompt: readonly number[],
  { rows = 16, uniform = 0.5 }: { readonly rows?: number; readonly uniform?: number } = {},
): Promise<number> {
  for (let done = 0; ; done += rows) {
    const tokens = prompt.slice(done, done + rows);
    const call = { slot, tokens, firstPosition: done, attention: full };
    if (done + rows >= prompt.length) {
      const { token } = await slots.run({ ...call, want: "token", draw: { uniform } });
      return token!.id;
    }
    await slots.run({ ...call, want: "nothing" });
  }
}

/** One sequence and how it goes on. */
export interface Generation {
  readonly slot: number;
  readonly prompt: readonly number[];
  readonly rules: SamplingRules;
  /** Attention of each decode step. */
  readonly attention?: (position: number) => PassAttention;
}

/** Uniform numbers that differ from step to step. */
export function uniformAt(position: number): number {
  return (position * 0.618034) % 1;
}

/** Tokens of one sequence: the prefill's and those of `steps` decode steps. */
export async function generate(
  slots: SequenceSlots,
  { slot, prompt, rules, attention = () => full }: Generation,
  steps: number,
): Promise<number[]> {
  slots.startSampling(slot, rules, prompt);
  const tokens = [await prefill(slots, slot, prompt)];
  for (let position = prompt.length; tokens.length <= steps; position++) {
    const draw = { uniform: uniformAt(position) };
    const row = { slot, position, attention: attention(position), draw };
    const [token] = await slots.decode([row]);
    tokens.push(token!.id);
  }
  return tokens;
}

/** Copies of what may be overwritten by the next call. */
export function copyStatistics({ kept, union, droppedMass, quantiles }: PassStatistics): {
  kept: number[];
  union: number[];
  droppedMass: number[];
  quantiles: number[] | undefined;
} {
  return {
    kept: [...kept],
    union: [...union],
    droppedMass: [...droppedMass],
    quantiles: quantiles && [...quantiles],
  };
}

export function idsOf(tokens: readonly DecodedToken[]): number[] {
  return tokens.map(({ id }) => id);
}
