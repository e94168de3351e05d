import type { Gpu } from "@sift-attention/gpu";
import { attentionContestants } from "../run/attention-contestants.ts";
import type { Contestant } from "../run/contestant.ts";
import type { KernelSettings } from "../run/kernel-settings.ts";
import type { Subject } from "../run/subject.ts";
import { checkBeginning } from "./check-beginning.ts";
import { expectedKept } from "./expected-kept.ts";
import { readOracleSamples } from "./oracle-sample.ts";
import { WholeContext } from "./whole-context.ts";
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
