import { createStopwatch, type Gpu } from "@sift-attention/gpu";
import { chooseVariant } from "../device/choose-variant.ts";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { planLimits } from "../plan/plan-attention.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve-options.ts";
import type { SiftAttentionOptions } from "../sift-attention-options.ts";
import { toSiftError } from "../to-sift-error.ts";
import { CompiledPlans } from "./compiled-plans.ts";
import { defaultTuning } from "./default-tuning.ts";
import { crossoverContexts, denseBelow, type SiftedRatio } from "./dense-below.ts";
import { type TunedKernel, variationsOf } from "./knob-variations.ts";
import { searchKnobs } from "./search-knobs.ts";
import { StepTimer, stopwatchCapacity, type TimedCall, type TimedContext } from "./step-timer.ts";
import { expectBudget, expectContexts, type TuneOptions } from "./tune-options.ts";
import { adapterOf } from "./tuned-adapter.ts";
import type { Tuning, TuningEntries } from "./tuning.ts";
import { TuningData } from "./tuning-data.ts";

const warmMs = 300; // clocks rise with work
const timed: Readonly<
  Record<TunedKernel, readonly [route: "scores" | "full" | "sifted", TimedCall]>
> = {
  scores: ["scores", "recordScores"],
  full: ["full", "recordFull"],
  attend: ["sifted", "recordSifted"],
  merge: ["sifted", "recordSifted"],
};

/** Everything that one tuning works with. */
interface Workbench {
  readonly gpu: Gpu;
  readonly base: Tuning;
  readonly limits: PlanLimits;
  readonly plans: CompiledPlans;
  readonly timer: StepTimer;
  readonly contexts: readonly TimedContext[];
  readonly crossover: readonly TimedContext[];
  /** Sequences of a timed step. */
  readonly sequences: number;
  readonly startMs: number;
  readonly budgetMs: number;
  readonly tuneOptions: TuneOptions;
}

function elapsedMs({ startMs }: Workbench): number {
  return performance.now() - startMs;
}

function isOver(bench: Workbench): boolean {
  bench.tuneOptions.signal?.throwIfAborted();
  return elapsedMs(bench) >= bench.budgetMs;
}

async function warmUp(bench: Workbench): Promise<void> {
  const attention = await bench.plans.get("full", bench.base.entries);
  const untilMs = elapsedMs(bench) + Math.min(warmMs, bench.budgetMs / 4);
  while (elapsedMs(bench) < untilMs && !isOver(bench)) {
    await bench.timer.times([{ attention, call: "recordFull" }], bench.contexts[0]!);
  }
}

/** Geometric mean over the contexts of the candidate's time in times of the incumbent's. */
async function ratioOf(
  bench: Workbench,
  kernel: TunedKernel,
  [incumbent, candidate]: readonly [TuningEntries, TuningEntries],
): Promise<number> {
  const [route, call] = timed[kernel];
  const contestants = [
    { attention: await bench.plans.get(route, incumbent), call },
    { attention: await bench.plans.get(route, candidate), call },
  ];
  let logRatio = 0;
  for (const context of bench.contexts) {
    const [before, after] = await bench.timer.times(contestants, context);
    logRatio += Math.log(after! / before!) / bench.contexts.length;
  }
  return Math.exp(logRatio);
}

async function findEntries(bench: Workbench): Promise<TuningEntries> {
  const { base, limits, tuneOptions } = bench;
  let measured = 0;
  return await searchKnobs(base.entries, {
    variationsOf: (entries, knob) => variationsOf(entries, knob, { subject: base, limits }),
    isOver: () => isOver(bench),
    ratioOf: async (knob, incumbent, candidate) => {
      const ratio = await ratioOf(bench, knob.kernel, [incumbent, candidate]);
      measured++;
      tuneOptions.onProgress?.({
        knob: `${knob.kernel}.${knob.name}`,
        measured,
        elapsedMs: elapsedMs(bench),
        entries: ratio < 1 ? candidate : incumbent,
      });
      return ratio;
    },
  });
}

async function findDenseBelow(bench: Workbench, entries: TuningEntries): Promise<number> {
  const contestants = [
    { attention: await bench.plans.get("full", entries), call: "recordFull" },
    { attention: await bench.plans.get("sifted", entries), call: "recordSifted" },
  ] as const;
  const ratios: SiftedRatio[] = [];
  for (const context of bench.crossover) {
    bench.tuneOptions.signal?.throwIfAborted();
    const [full, sifted] = await bench.timer.times(contestants, context);
    const keys = context.contextLength * bench.sequences;
    ratios.push({ keys, ratio: sifted! / full! });
  }
  return denseBelow(ratios);
}

/** The step that is timed: a whole batch at the contexts asked for, top-k and quantiles left out. */
function timedOptions(options: ResolvedOptions, longest: number): ResolvedOptions {
  const slots = options.batch;
  return { ...options, slots, capacity: longest, topK: false, quantiles: false };
}

async function tune(
  gpu: Gpu,
  options: SiftAttentionOptions,
  tuneOptions: TuneOptions,
): Promise<Tuning> {
  const startMs = performance.now();
  gpu.expectUsable("tuneSiftAttention");
  const resolved = resolveOptions(options, gpu.report.limits);
  const wanted = expectContexts(tuneOptions.contexts, resolved.capacity);
  const budgetMs = expectBudget(tuneOptions.budgetMs);
  tuneOptions.signal?.throwIfAborted();
  const { geometry, kvType } = resolved;
  const variant = await chooseVariant(gpu, kvType, options.variant);
  const limits = planLimits(gpu.report.limits);
  const found = defaultTuning(gpu.report, { geometry, kvType, variant }, limits);
  const base: Tuning = { ...found, adapter: adapterOf(gpu.report) };
  const crossing = crossoverContexts(wanted.at(-1)!);
  const small = timedOptions(resolved, wanted.at(-1)!);
  using stopwatch = createStopwatch(gpu, stopwatchCapacity(2));
  using data = await TuningData.create(gpu, small, [...wanted, ...crossing]);
  using plans = new CompiledPlans(gpu, small, { base, limits });
  const contexts = [...wanted, ...crossing].map((contextLength, i) => ({
    contextLength,
    sets: data.buffers[i]!,
  }));
  const bench: Workbench = {
    gpu,
    base,
    limits,
    plans,
    timer: new StepTimer(gpu, stopwatch),
    contexts: contexts.slice(0, wanted.length),
    crossover: contexts.slice(wanted.length),
    sequences: small.batch,
    startMs,
    budgetMs,
    tuneOptions,
  };
  await warmUp(bench);
  const entries = await findEntries(bench);
  return { ...base, entries: { ...entries, denseBelow: await findDenseBelow(bench, entries) } };
}

/**
 * Measures on the device which tiles and splits are fastest for a shape, beginning with the defaults: one knob after the
 * other, candidates against the best so far, in steps over more layers than caches hold. The result is plain JSON for
 * `SiftAttentionOptions.tuning`; it fits the same device, geometry, KV type and variant only. Needs the memory of a cache
 * of `batch` slots at the longest context, several times over up to 2 GiB.
 * @throws SiftError "missing-feature" without `timestamp-query`, "invalid-option", and what `createSiftAttention` throws;
 * the signal's reason when aborted.
 */
export async function tuneSiftAttention(
  gpu: Gpu,
  options: SiftAttentionOptions,
  tuneOptions: TuneOptions = {},
): Promise<Tuning> {
  try {
    return await tune(gpu, options, tuneOptions);
  } catch (error) {
    throw toSiftError(error);
  }
}
