import { createNormal, createRandom } from "@sift-attention/testing/random";
import { SAMPLED_LEVELS } from "./sampled-levels.ts";

/** Heads of a made-up model: the logarithms of their weights are normal, each head with a spread of its own. */
export interface SimulatedModel {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Spread of the scores of the head: [layers, heads]. */
  readonly sigma: readonly number[];
}

export const simulatedModel: SimulatedModel = {
  layers: 4,
  heads: 4,
  kvHeads: 2,
  sigma: Array.from({ length: 16 }, (_, at) => 0.6 + 0.12 * at),
};

/** What attention would report of a step. */
export interface SimulatedStep {
  /** [layers, heads] each. */
  readonly kept: Float64Array;
  readonly droppedMass: Float64Array;
  /** [layers, kvHeads] */
  readonly union: Float64Array;
}

/** Keys that stand for a head's distribution. */
const KEYS = 200;

/**
 * A text whose queries make the heads more or less peaked from step to step: the score of key i is
 * σ·spread·z_i, with the same z for the heads of a group but for their order.
 */
export class SimulatedText {
  readonly #model: SimulatedModel;
  readonly #normal: () => number;
  readonly #spread: (contextLength: number) => number;

  /** `spread`: what the σ of all heads is multiplied by at a context length. */
  constructor(
    model: SimulatedModel,
    seed: number,
    spread: (contextLength: number) => number = () => 1,
  ) {
    this.#model = model;
    this.#normal = createNormal(createRandom(seed));
    this.#spread = spread;
  }

  /** ln of the weights of a step's keys: [layers, heads][KEYS], each key standing for N / KEYS of them. */
  draw(contextLength: number): Float64Array[] {
    const jitter = Math.exp(0.1 * this.#normal());
    return this.#model.sigma.map((sigma) => {
      const scores = Float64Array.from(
        { length: KEYS },
        () => sigma * this.#spread(contextLength) * jitter * this.#normal(),
      );
      const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
      const logSum = Math.log((sum * contextLength) / KEYS);
      return scores.map((score) => score - logSum);
    });
  }

  /** Quantiles at the sampled levels: [layers, heads, levels]. */
  quantiles(
    logWeights: readonly Float64Array[],
    levels: readonly number[] = SAMPLED_LEVELS,
  ): number[] {
    return logWeights.flatMap((head) => {
      const sorted = head.toSorted();
      return levels.map((level) => Math.exp(sorted[Math.floor(level * KEYS)]!));
    });
  }

  sift(
    logWeights: readonly Float64Array[],
    contextLength: number,
    logThresholds: ArrayLike<number>,
  ): SimulatedStep {
    const { layers, heads, kvHeads } = this.#model;
    const group = heads / kvHeads;
    const kept = new Float64Array(layers * heads);
    const droppedMass = new Float64Array(layers * heads);
    const union = new Float64Array(layers * kvHeads);
    const flags = Array.from({ length: layers * kvHeads }, () => new Uint8Array(KEYS));
    for (const [at, head] of logWeights.entries()) {
      head.forEach((logWeight, key) => {
        if (logWeight >= logThresholds[at]!) {
          kept[at]! += 1 / KEYS;
          flags[Math.floor(at / group)]![key] = 1;
        } else {
          droppedMass[at]! += (Math.exp(logWeight) * contextLength) / KEYS;
        }
      });
    }
    for (const [at, marks] of flags.entries()) {
      union[at] = marks.reduce((total, mark) => total + mark, 0) / KEYS;
    }
    return { kept, droppedMass, union };
  }
}
