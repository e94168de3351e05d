import type { Gpu } from "@sift-attention/gpu";
import type { Tuning } from "@sift-attention/sift-attention-kernels";
import { type KernelCase, keysBytes } from "../cases/kernel-case.ts";
import { createReadContestants, type ReadContestants } from "../ceiling/read-contestants.ts";
import { type CheckedContestants, checkContestants } from "../checks/check-contestants.ts";
import { type CaseData, createCaseData } from "../data/case-data.ts";
import { caseRows, type TimedContestant } from "../report/case-rows.ts";
import { caseFields, type KernelFailure, type KernelRow } from "../report/kernel-row.ts";
import { timeContestants } from "../timing/time-contestants.ts";
import type { KernelSettings } from "./kernel-settings.ts";
import { createSubject, type Subject } from "./subject.ts";

/** What a case gave. */
export interface CaseResult {
  readonly rows: readonly KernelRow[];
  readonly failures: readonly KernelFailure[];
  /** What the kernels ran with. */
  readonly tuning: Tuning;
}

/** What a case is measured with. */
export interface CaseInput {
  readonly settings: KernelSettings;
  readonly sets: number;
  readonly tuning: Tuning | undefined;
  readonly signal: AbortSignal;
}

/** Steps under this many bytes of keys are short: more of them make a sample, so that it is long against its timestamps. */
const SHORT_KEYS_BYTES = 2 ** 25;
const STEPS = { short: 32, long: 8 } as const;

/** Plants the data, compiles, checks and times all contestants of a case, and frees everything. */
export async function measureCase(
  gpu: Gpu,
  kernelCase: KernelCase,
  input: CaseInput,
): Promise<CaseResult> {
  const { fractions } = input.settings;
  const data = await createCaseData(gpu, kernelCase, { fractions, sets: input.sets });
  const owned: { dispose(): void }[] = [data];
  try {
    const reads = await createReadContestants(gpu, data);
    owned.push(reads);
    const topK = input.settings.kernels.includes("top-k");
    const { kernels, checkKeys } = input.settings;
    const sampledContexts = kernels.includes("sifted-sampled")
      ? [Math.min(kernelCase.context, checkKeys), kernelCase.context]
      : [];
    const chosen = { tuning: input.tuning, topK, sampledContexts };
    const subject = await createSubject(gpu, data, chosen);
    owned.push(subject);
    const checked = await checkContestants(gpu, subject, input.settings);
    return await timeCase(gpu, { data, reads, subject, checked }, input);
  } finally {
    for (const part of owned.reverse()) part.dispose();
    await gpu.settled();
  }
}

interface ReadyCase {
  readonly data: CaseData;
  readonly reads: ReadContestants;
  readonly subject: Subject;
  readonly checked: CheckedContestants;
}

async function timeCase(
  gpu: Gpu,
  { data, reads, subject, checked }: ReadyCase,
  { settings, sets, signal }: CaseInput,
): Promise<CaseResult> {
  const { kernelCase } = data;
  const isShort = keysBytes(kernelCase) < SHORT_KEYS_BYTES;
  const stepsPerSample = settings.stepsPerSample ?? (isShort ? STEPS.short : STEPS.long);
  const ready = [
    ...reads.contestants.map((contestant) => ({ contestant, keptUnion: 1, relativeError: null })),
    ...checked.right,
  ];
  const { samples, warmUpMs } = settings;
  const times = await timeContestants(
    gpu,
    ready.map(({ contestant }) => contestant),
    { sets, stepsPerSample, samples, warmUpMs, signal },
  );
  const timed: TimedContestant[] = ready.map((each, i) => ({ ...each, times: times[i]! }));
  const { plan, tuning } = subject.sifting.attention;
  return {
    rows: caseRows(timed, { kernelCase, plan, stepsPerSample, bufferSets: sets }),
    failures: checked.wrong.map(({ contestant, error }) => ({
      ...caseFields(kernelCase),
      kernel: contestant.kernel,
      fraction: contestant.fraction,
      error,
    })),
    tuning,
  };
}
