import type { Gpu } from "@sift-attention/gpu";
import type { KeepRule } from "@sift-attention/reference-attention";
import { keptCount } from "../data/planted-bands.ts";
import { attentionContestants } from "../run/attention-contestants.ts";
import type { Contestant } from "../run/contestant.ts";
import type { KernelSettings } from "../run/kernel-settings.ts";
import { stepThreshold } from "../run/step-inputs.ts";
import type { Subject } from "../run/subject.ts";
import { expectClose, relativeBound } from "./expect-close.ts";
import { expectKept } from "./expect-kept.ts";
import { type OracleSample, readOracleSamples } from "./oracle-sample.ts";
import { runStep, type StepResult } from "./step-result.ts";
import { WrongResult } from "./wrong-result.ts";

/** What a check found out about a contestant. */
export interface Checked {
  readonly contestant: Contestant;
  /** Value rows read, as a share of the context: the kernel's own count. */
  readonly keptUnion: number;
  /** Against the oracle, or against another kernel where `checkKeys` ends before the context. */
  readonly relativeError: number;
}

/** A contestant that is not timed. */
export interface Refused {
  readonly contestant: Contestant;
  readonly error: string;
}

/** The contestants that compute what they should, and those that do not. */
export interface CheckedContestants {
  readonly right: readonly Checked[];
  readonly wrong: readonly Refused[];
}

/**
 * Runs every attention kernel of the settings once. Over the first `checkKeys` keys the outputs of two KV heads are
 * compared with the float64 oracle; over the whole context, on the first and the last buffer set, every head's counts
 * must be the planted ones, and kernels that do the same by other ways must agree: a sift that drops nothing with full
 * attention, top-k with the sift of the same keys.
 */
export async function checkContestants(
  gpu: Gpu,
  subject: Subject,
  settings: KernelSettings,
): Promise<CheckedContestants> {
  const { context } = subject.data.kernelCase;
  const beginning = Math.min(context, settings.checkKeys);
  const short = attentionContestants(subject, settings, beginning);
  const samples = await readOracleSamples(gpu, subject.data, beginning);
  const whole = new WholeContext(gpu, subject);
  const right: Checked[] = [];
  const wrong: Refused[] = [];
  for (const [i, contestant] of attentionContestants(subject, settings, context).entries()) {
    try {
      const errorThere = await whole.check(contestant);
      const errorHere = await checkBeginning({ gpu, subject, samples }, short[i]!);
      const keptUnion = expectedKept(subject, contestant) / context;
      right.push({ contestant, keptUnion, relativeError: Math.max(errorHere, errorThere) });
    } catch (error) {
      if (!(error instanceof WrongResult)) throw error;
      wrong.push({ contestant, error: error.message });
    }
  }
  return { right, wrong };
}

/** Keys that each head keeps of the whole context. */
function expectedKept({ data, byDefault }: Subject, { kernel, fraction }: Contestant): number {
  const { context } = data.kernelCase;
  const isDense = kernel === "sifted-default" && context < byDefault.attention.plan.denseBelow;
  return isDense ? context : keptCount(fraction, context);
}

interface Beginning {
  readonly gpu: Gpu;
  readonly subject: Subject;
  readonly samples: readonly OracleSample[];
}

/** The rule that the oracle keeps keys by; undefined where the cut of top-k would lie amid keys of almost equal score. */
function ruleOf(
  { data, byDefault }: Subject,
  { kernel, fraction }: Contestant,
  contextLength: number,
): KeepRule | undefined {
  if (kernel === "top-k") {
    const isWhole = contextLength === data.kernelCase.context;
    return isWhole ? { kind: "top-k", k: keptCount(fraction, contextLength) } : undefined;
  }
  const isDense =
    kernel === "sifted-default" && contextLength < byDefault.attention.plan.denseBelow;
  if (fraction === 1 || isDense) return { kind: "full" };
  return { kind: "sift", logThresholds: stepThreshold(data.bands, { contextLength, fraction }) };
}

async function checkBeginning(
  { gpu, subject, samples }: Beginning,
  contestant: Contestant,
): Promise<number> {
  const rule = ruleOf(subject, contestant, samples[0]!.contextLength);
  if (!rule) return 0;
  const { output } = await runStep(gpu, subject, contestant, 0);
  const { headDim } = subject.data.kernelCase.shape.geometry;
  const bound = relativeBound(subject.sifting.attention.variant);
  const errors = samples.map((sample) => {
    const truth = sample.attend(rule).output;
    const start = sample.firstHead * headDim;
    const result = output.subarray(start, start + truth.length);
    return expectClose(result, truth, { bound, against: "the float64 oracle" });
  });
  return Math.max(...errors);
}

/** Steps over all keys, whose outputs are kept for the comparison among kernels. */
class WholeContext {
  readonly #gpu: Gpu;
  readonly #subject: Subject;
  readonly #outputs = new Map<string, { readonly name: string; readonly output: Float32Array }>();

  constructor(gpu: Gpu, subject: Subject) {
    this.#gpu = gpu;
    this.#subject = subject;
  }

  /** @returns the largest relative difference from a kernel that keeps the same keys, 0 for the first one. */
  async check(contestant: Contestant): Promise<number> {
    const lastSet = this.#subject.data.sets.length - 1;
    const errors: number[] = [];
    for (const set of new Set([0, lastSet])) {
      errors.push(this.#compare(contestant, await this.#run(contestant, set)));
    }
    return Math.max(...errors);
  }

  async #run(contestant: Contestant, set: number): Promise<StepResult> {
    const result = await runStep(this.#gpu, this.#subject, contestant, set);
    expectKept(result.statistics, expectedKept(this.#subject, contestant));
    return result;
  }

  #compare(contestant: Contestant, { output }: StepResult): number {
    const key = String(expectedKept(this.#subject, contestant));
    const other = this.#outputs.get(key);
    if (!other) {
      this.#outputs.set(key, { name: contestant.kernel, output });
      return 0;
    }
    const bound = 2 * relativeBound(this.#subject.sifting.attention.variant);
    return expectClose(output, other.output, { bound, against: other.name });
  }
}
