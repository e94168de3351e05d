import type { Gpu, PassTime, Stopwatch } from "@sift-attention/gpu";
import type { DecodeBuffers } from "../decode-buffers.ts";
import type { DecodeBinding, SiftAttention } from "../sift-attention.ts";

/** Which call is timed. */
export type TimedCall = "recordScores" | "recordFull" | "recordSifted";

/** One contestant: a call of an attention. */
export interface Contestant {
  readonly attention: SiftAttention;
  readonly call: TimedCall;
}

/** Buffers of several layers at one context length. */
export interface TimedContext {
  readonly contextLength: number;
  readonly sets: readonly DecodeBuffers[];
}

/** Steps of one pass: enough that a pass's begin and end do not count, and that every set has its turn. */
const leastSteps = 8;
const samples = 7;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** Times steps of contestants side by side: sample by sample, so that clocks and neighbours are the same for all. */
export class StepTimer {
  readonly #gpu: Gpu;
  readonly #stopwatch: Stopwatch;
  readonly #bound = new WeakMap<SiftAttention, Map<DecodeBuffers, DecodeBinding>>();

  /** @param stopwatch For 7 passes of each contestant at least. */
  constructor(gpu: Gpu, stopwatch: Stopwatch) {
    this.#gpu = gpu;
    this.#stopwatch = stopwatch;
  }

  /** Median nanoseconds of a step of each contestant. */
  async times(
    contestants: readonly Contestant[],
    context: TimedContext,
  ): Promise<readonly number[]> {
    const steps = Math.max(leastSteps, context.sets.length);
    for (let sample = 0; sample < samples; sample++) {
      this.#gpu.submit((encoder) => {
        for (const contestant of contestants) {
          const pass = this.#stopwatch.beginPass(encoder, contestant.call);
          this.#record(pass, contestant, context, steps);
          pass.end();
        }
      });
    }
    const passes = await this.#stopwatch.read();
    return contestants.map((_, i) => {
      const own = passes.filter((__: PassTime, at) => at % contestants.length === i);
      return median(own.map(({ ns }) => ns)) / steps;
    });
  }

  #record(
    pass: GPUComputePassEncoder,
    { attention, call }: Contestant,
    { sets, contextLength }: TimedContext,
    steps: number,
  ): void {
    const step = { sequences: attention.options.batch, longestContext: contextLength };
    for (let i = 0; i < steps; i++) {
      const binding = this.#bindingOf(attention, sets[i % sets.length]!);
      attention[call](pass, binding, step);
    }
  }

  #bindingOf(attention: SiftAttention, buffers: DecodeBuffers): DecodeBinding {
    const bindings = this.#bound.get(attention) ?? new Map<DecodeBuffers, DecodeBinding>();
    this.#bound.set(attention, bindings);
    const binding = bindings.get(buffers) ?? attention.bind(buffers);
    bindings.set(buffers, binding);
    return binding;
  }
}

/** Passes that a stopwatch must hold for so many contestants. */
export function stopwatchCapacity(contestants: number): number {
  return samples * contestants;
}
