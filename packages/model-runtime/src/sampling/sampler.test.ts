import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SamplingOptions } from "../generate-options.ts";
import { createRandom } from "./random.ts";
import { createSampler } from "./sampler.ts";
import { samplingRules } from "./sampling-rules.ts";

/** A sampler with its own uniform numbers, one a draw. */
function sampler(
  options: SamplingOptions,
  size: number,
  prompt: readonly number[] = [],
  generated: readonly number[] = [],
): { next(logits: Float32Array): number } {
  const rules = samplingRules(options, {}, size);
  const drawing = createSampler(rules, size, prompt, generated);
  const random = createRandom(rules.seed);
  return { next: (logits) => drawing.next(logits, random()) };
}

/** Sum of (seen − expected)² / expected; a token that must not come counts as Infinity when it does. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, id) => {
    const expected = probabilities[id]! * draws;
    if (expected === 0) return count === 0 ? sum : Infinity;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

function countDraws(options: SamplingOptions, logits: Float32Array, draws: number): number[] {
  const counts = new Array<number>(logits.length).fill(0);
  const drawing = sampler(options, logits.length);
  for (let i = 0; i < draws; i++) counts[drawing.next(logits)]!++;
  return counts;
}

describe("createSampler", () => {
  test("at temperature 0 takes the largest logit, of equal ones the lowest id", () => {
    expect(sampler({}, 4).next(Float32Array.of(1, 3, 3, 2))).toBe(1);
    expect(sampler({ topK: 1, topP: 0.1, minP: 1 }, 4).next(Float32Array.of(0, 0, 0, 0))).toBe(0);
  });

  test("a bias or penalty past the range of f32 wins or loses, it does not decide by chance", () => {
    const sure = { temperature: 1, seed: 3, logitBias: new Map([[2, 1e39]]) };
    const never = { temperature: 1, seed: 3, repetitionPenalty: 1e-300 };
    for (const rules of [{}, { topP: 0.9 }, { topK: 2, minP: 0.1 }]) {
      expect(sampler({ ...sure, ...rules }, 4).next(Float32Array.of(1, 2, 0, 3))).toBe(2);
      expect(sampler({ ...never, ...rules }, 4, [1]).next(Float32Array.of(1, 2, 0, 3))).toBe(1);
    }
  });

  test("leaves the logits as they are", () => {
    const logits = Float32Array.of(1, 2, 3);
    sampler({ logitBias: new Map([[0, 9]]), temperature: 1, seed: 1 }, 3).next(logits);
    expect([...logits]).toEqual([1, 2, 3]);
  });

  test("draws with the frequencies of the softmax at its temperature", () => {
    const logits = Float32Array.from({ length: 6 }, (_, id) => Math.log(id + 1));
    const options = { temperature: 0.5, seed: 11 };
    const squares = [1, 4, 9, 16, 25, 36].map((square) => square / 91);
    const counts = countDraws(options, logits, 20_000);
    // 5 degrees of freedom: the 99.9 % point.
    expect(chiSquare(counts, squares)).toBeLessThan(20.5);
    const atOne = [1, 2, 3, 4, 5, 6].map((weight) => weight / 21);
    expect(chiSquare(counts, atOne)).toBeGreaterThan(100);
  });

  test("draws from what top-k, top-p and min-p leave, renormalised", () => {
    const logits = Float32Array.from([8, 4, 2, 1, 1], Math.log);
    const kept = [8 / 14, 4 / 14, 2 / 14, 0, 0];
    for (const rule of [{ topK: 3 }, { topP: 0.8 }, { minP: 0.2 }]) {
      const counts = countDraws({ temperature: 1, seed: 5, ...rule }, logits, 20_000);
      expect(chiSquare(counts, kept)).toBeLessThan(13.9);
    }
  });

  test("the same seed draws the same tokens, another one others", () => {
    const logits = Float32Array.from({ length: 50 }, (_, id) => Math.sin(id));
    const draw = (seed: number): number[] => {
      const drawing = sampler({ temperature: 1, seed }, 50);
      return Array.from({ length: 30 }, () => drawing.next(logits));
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  test("a repetition penalty knows the prompt, a frequency penalty what it drew itself", () => {
    const logits = Float32Array.of(3, 2.9, 2.8);
    expect(sampler({ repetitionPenalty: 1.5 }, 3, [0, 1]).next(logits)).toBe(2);
    const penalised = sampler({ frequencyPenalty: 0.15 }, 3, [0]);
    expect(Array.from({ length: 4 }, () => penalised.next(logits))).toEqual([0, 1, 0, 2]);
  });

  test("goes on where another sampler of the same rules stopped", () => {
    const logits = Float32Array.of(3, 2.9, 2.8, 2.6);
    const rules = { frequencyPenalty: 0.15, presencePenalty: 0.1, repetitionPenalty: 1.01 };
    const whole = sampler(rules, 4, [3]);
    const ids = Array.from({ length: 8 }, () => whole.next(logits));
    const second = sampler(rules, 4, [3], ids.slice(0, 5));
    expect(Array.from({ length: 3 }, () => second.next(logits))).toEqual(ids.slice(5));
  });

  test("a bias of −100 bans a token and one of 100 forces it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 20 }),
        fc.nat(),
        fc.nat({ max: 0xffffffff }),
        (numbers, choice, seed) => {
          const id = choice % numbers.length;
          const logits = Float32Array.from(numbers);
          const biased = (bias: number): number =>
            sampler({ temperature: 1, seed, logitBias: new Map([[id, bias]]) }, logits.length).next(
              logits,
            );
          expect(biased(-100)).not.toBe(id);
          expect(biased(100)).toBe(id);
        },
      ),
    );
  });

  test("refuses logits that are not finite", () => {
    expect(() => sampler({}, 3).next(Float32Array.of(1, Number.NaN, 2))).toThrow(
      expect.objectContaining({ code: "bad-logits", message: expect.stringContaining("token 1") }),
    );
    expect(() => sampler({}, 2).next(Float32Array.of(Infinity, 0))).toThrow(/got Infinity/);
  });
});
