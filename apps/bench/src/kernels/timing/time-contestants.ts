import { createStopwatch, type Gpu, type Stopwatch } from "@sift-attention/gpu";
import type { Contestant } from "../run/contestant.ts";

/** How contestants are timed. */
export interface TimingOptions {
  /** Buffer sets that steps walk through. */
  readonly sets: number;
  /** Steps of one sample, ≥ 1. */
  readonly stepsPerSample: number;
  readonly samples: number;
  /** Untimed rounds go on for this long without a pause: clocks rise under load only. */
  readonly warmUpMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Microseconds of one step in each sample, for each contestant: [contestants][samples]. A sample is one compute pass of
 * consecutive steps, each over the next buffer set; all contestants take a sample in turn, the next round begins with
 * another one, so that a drift of the clock meets all alike. When the first contestant's times spread as they do while a
 * clock is still rising, all samples are taken again, thrice at most; without a warm-up nothing is asked of them.
 * @throws GpuError "missing-feature" without timestamps; the signal's reason.
 */
export async function timeContestants(
  gpu: Gpu,
  contestants: readonly Contestant[],
  options: TimingOptions,
): Promise<number[][]> {
  const stopwatch = createStopwatch(gpu, contestants.length);
  try {
    const walk = new SetWalk(options.sets);
    const run = { stopwatch, contestants, walk };
    let times: number[][];
    let attempt = 0;
    do {
      await warmUp(gpu, run, options);
      times = await takeSamples(gpu, run, options);
    } while (options.warmUpMs > 0 && !isSteady(times[0]!) && ++attempt < MOST_ATTEMPTS);
    return times;
  } finally {
    stopwatch.dispose();
  }
}

/** Goes through the buffer sets for ever. */
class SetWalk {
  readonly #sets: number;
  #next = 0;

  constructor(sets: number) {
    this.#sets = sets;
  }

  next(): number {
    const set = this.#next;
    this.#next = (set + 1) % this.#sets;
    return set;
  }
}

interface Run {
  readonly stopwatch: Stopwatch;
  readonly contestants: readonly Contestant[];
  readonly walk: SetWalk;
}

interface Round extends Run {
  readonly round: number;
}

const MOST_ATTEMPTS = 3;
const MOST_SPREAD = 1.2;
const ROUNDS_AT_ONCE = 8;

/** Whether nine of ten times lie within a fifth of the shortest. */
function isSteady(times: readonly number[]): boolean {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.9 * (sorted.length - 1))]! <= MOST_SPREAD * sorted[0]!;
}

/** Rounds that nobody waits for one by one, so that the device has no idle moment. */
async function warmUp(gpu: Gpu, { contestants, walk }: Run, options: TimingOptions): Promise<void> {
  const start = performance.now();
  do {
    options.signal?.throwIfAborted();
    for (let round = 0; round < ROUNDS_AT_ONCE; round++) {
      gpu.submit((encoder) => {
        for (const contestant of contestants) {
          contestant.prepare(encoder);
          const pass = encoder.beginComputePass();
          for (let step = 0; step < options.stepsPerSample; step++) {
            contestant.record(pass, walk.next());
          }
          pass.end();
        }
      });
    }
    await gpu.settled();
  } while (performance.now() - start < options.warmUpMs);
}

async function takeSamples(gpu: Gpu, run: Run, options: TimingOptions): Promise<number[][]> {
  const times: number[][] = run.contestants.map(() => []);
  for (let round = 0; round < options.samples; round++) {
    const taken = await timeRound(gpu, { ...run, round }, options);
    for (const [i, time] of taken.entries()) times[i]!.push(time);
  }
  return times;
}

/** One sample of each. @returns microseconds of one step, in the order of the contestants. */
async function timeRound(
  gpu: Gpu,
  { stopwatch, contestants, walk, round }: Round,
  { stepsPerSample, signal }: TimingOptions,
): Promise<number[]> {
  signal?.throwIfAborted();
  const order = contestants.map((_, i) => (i + round) % contestants.length);
  gpu.submit((encoder) => {
    for (const index of order) {
      const contestant = contestants[index]!;
      contestant.prepare(encoder);
      const pass = stopwatch.beginPass(encoder, contestant.kernel);
      for (let step = 0; step < stepsPerSample; step++) contestant.record(pass, walk.next());
      pass.end();
    }
  });
  const taken = await stopwatch.read();
  const times = new Array<number>(contestants.length);
  for (const [i, { ns }] of taken.entries()) times[order[i]!] = ns / 1000 / stepsPerSample;
  return times;
}
