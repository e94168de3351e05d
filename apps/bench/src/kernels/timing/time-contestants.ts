import { createStopwatch, type Gpu, type Stopwatch } from "@sift-attention/gpu";
import type { Contestant } from "../run/contestant.ts";

/** How contestants are timed. */
export interface TimingOptions {
  /** Buffer sets that steps walk through. */
  readonly sets: number;
  /** Steps of one sample, ≥ 1. */
  readonly stepsPerSample: number;
  readonly samples: number;
  /** Untimed rounds go on for this long: clocks rise under load. */
  readonly warmUpMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Microseconds of one step in each sample, for each contestant: [contestants][samples]. A sample is one compute pass of
 * consecutive steps, each over the next buffer set; all contestants take a sample in turn, the next round begins with
 * another one, so that a drift of the clock meets all alike.
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
    const start = performance.now();
    let round = 0;
    do await timeRound(gpu, { stopwatch, contestants, walk, round: round++ }, options);
    while (performance.now() - start < options.warmUpMs);
    const times: number[][] = contestants.map(() => []);
    for (let sample = 0; sample < options.samples; sample++) {
      const taken = await timeRound(gpu, { stopwatch, contestants, walk, round: round++ }, options);
      for (const [i, time] of taken.entries()) times[i]!.push(time);
    }
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

interface Round {
  readonly stopwatch: Stopwatch;
  readonly contestants: readonly Contestant[];
  readonly walk: SetWalk;
  readonly round: number;
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
