import type { GeneratedToken, HeadLaw, ModelConfig } from "@sift-attention/model-runtime";
import type { HeadLawRecord, SiftLawEvent, StepEvent } from "../live-events.ts";

/** Tokens over which the speed is averaged. */
const speedWindow = 16;

/** Turns tokens into the events that the page draws; holds the window of the running speed. */
export class StepEvents {
  readonly #config: ModelConfig;
  readonly #durations: number[] = [];

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  /** Undefined for a token without statistics: the first, which the prefill made. */
  next({ statistics, durationMs }: GeneratedToken): StepEvent | undefined {
    if (!statistics) return undefined;
    const { layers } = this.#config;
    const { quantiles, logThresholds } = statistics;
    return {
      phase: statistics.phase,
      step: statistics.step,
      contextLength: statistics.contextLength,
      tokensPerSecond: this.#speed(durationMs),
      kept: rows(statistics.keptFraction, layers, fraction),
      union: rows(statistics.unionFraction, layers, fraction),
      droppedMass: rows(statistics.droppedMass, layers, fraction),
      ...(quantiles && { quantiles: rows(quantiles, layers, significant) }),
      ...(logThresholds && { logThresholds: rows(logThresholds, layers, finite) }),
      valueBytesRead: statistics.valueBytesRead,
      valueBytesSkipped: statistics.valueBytesSkipped,
    };
  }

  #speed(durationMs: number): number {
    this.#durations.push(durationMs);
    if (this.#durations.length > speedWindow) this.#durations.shift();
    const totalMs = this.#durations.reduce((sum, ms) => sum + ms, 0);
    return totalMs > 0 ? significant((1000 * this.#durations.length) / totalMs) : 0;
  }
}

/** Heads whose quantiles allowed no fit are left out. */
export function toLawEvent(laws: readonly HeadLaw[]): SiftLawEvent {
  return { laws: laws.flatMap((head) => toRecord(head)) };
}

function toRecord({ layer, head, x, quantiles, law }: HeadLaw): HeadLawRecord[] {
  if (!law) return [];
  const record = {
    layer,
    head,
    logScale: significant(law.logScale),
    exponent: significant(law.exponent),
    rSquared: significant(law.rSquared),
    residualStd: significant(law.residualStd),
    x: [...x],
    quantiles: quantiles.map(significant),
  };
  return [record];
}

function rows<T>(values: Float32Array, layers: number, round: (value: number) => T): T[][] {
  const width = values.length / layers;
  return Array.from({ length: layers }, (_, layer) =>
    Array.from(values.subarray(layer * width, (layer + 1) * width), round),
  );
}

const fraction = (value: number): number => Math.round(value * 1e4) / 1e4;

const significant = (value: number): number => Number(value.toPrecision(4));

/** JSON has no −∞. */
const finite = (value: number): number | null =>
  Number.isFinite(value) ? significant(value) : null;
