import type { KeyChoice } from "@sift-attention/model-runtime";
import { decodeAttention, isKept, type KeepRule } from "@sift-attention/reference-attention";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { blasstRule } from "./blasst-rule.ts";
import { createH2oRule } from "./h2o-rule.ts";
import type { LineRule } from "./line-rule.ts";
import { createQuestRule, QUEST_PAGE } from "./quest-rule.ts";
import { thresholdRule } from "./threshold-rule.ts";
import { topPRule } from "./top-p-rule.ts";

const normal = createNormal(createRandom(3));
const shape = { layers: 1, queryHeads: 2, kvHeads: 1, headDim: 4 };

function normals(count: number): Float32Array {
  return Float32Array.from({ length: count }, () => 2 * normal());
}

/** Keys that the float64 reference keeps of these scores: query 1, keys the scores themselves. */
function referenceKept(scores: Float32Array, rule: KeepRule): number[] {
  const { keptSet } = decodeAttention({
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
    contextLength: scores.length,
    query: [1],
    keys: scores,
    values: scores,
    scale: 1,
    rule,
  });
  return Array.from(scores.keys()).filter((key) => isKept(keptSet, 0, key));
}

function keptBy(rule: LineRule, scores: Float32Array): number[] {
  const kept = new Uint8Array(scores.length);
  rule(scores, kept);
  return Array.from(scores.keys()).filter((key) => kept[key] !== 0);
}

describe.each([1, 2, 33, 400])("over %d keys", (count) => {
  const lines = Array.from({ length: 20 }, () => normals(count));

  test.each([0.1, 1, 30])("blasstRule(%d) keeps what the reference keeps", (numerator) => {
    for (const scores of lines) {
      const expected = referenceKept(scores, { kind: "blasst", numerator });
      expect(keptBy(blasstRule(numerator), scores)).toEqual(expected);
    }
  });

  test.each([0.05, 0.5, 0.9, 0.999])("topPRule(%d) keeps what the reference keeps", (mass) => {
    for (const scores of lines) {
      expect(keptBy(topPRule(mass), scores)).toEqual(
        referenceKept(scores, { kind: "top-p", mass }),
      );
    }
  });

  test.each([-9, -6.1, -2])("thresholdRule(%d) keeps what the reference keeps", (logThreshold) => {
    for (const scores of lines) {
      const rule = { kind: "sift", logThresholds: logThreshold } as const;
      expect(keptBy(thresholdRule(logThreshold), scores)).toEqual(referenceKept(scores, rule));
    }
  });
});

test("topPRule keeps every key for p = 1 and one key for the smallest p", () => {
  const scores = Float32Array.of(0, 5, -80, 5);
  expect(keptBy(topPRule(1), scores)).toEqual([0, 1, 2, 3]);
  expect(keptBy(topPRule(1e-3), scores)).toEqual([1]);
});

/** One row after the other over keys that grow: what a rule keeps at each. */
function walk(
  choose: (choice: KeyChoice) => void,
  rows: number,
): { readonly kept: number[][]; readonly choice: KeyChoice }[] {
  const keys = normals(rows * shape.headDim);
  return Array.from({ length: rows }, (_, position) => {
    const count = position + 1;
    const choice: KeyChoice = {
      ...{ layer: 0, kvHead: 0, position, firstKey: 0, count },
      scores: [normals(count), normals(count)],
      queries: [normals(shape.headDim), normals(shape.headDim)],
      keys: keys.subarray(0, count * shape.headDim),
      kept: [new Uint8Array(count), new Uint8Array(count)],
    };
    choose(choice);
    const kept = choice.kept.map((line) => Array.from(line.keys()).filter((key) => line[key]));
    return { kept, choice };
  });
}

describe("createQuestRule", () => {
  const steps = walk(createQuestRule(0.25, shape), 200);

  test("keeps whole pages, a quarter of them, the newest among them", () => {
    for (const { kept, choice } of steps) {
      const pages = Math.ceil(choice.count / QUEST_PAGE);
      for (const keys of kept) {
        const touched = new Set(keys.map((key) => Math.floor(key / QUEST_PAGE)));
        expect(touched.size).toBe(Math.max(1, Math.round(pages / 4)));
        expect(touched.has(pages - 1)).toBe(true);
        const whole = [...touched].flatMap((page) =>
          Array.from({ length: QUEST_PAGE }, (_, i) => page * QUEST_PAGE + i),
        );
        expect(keys).toEqual(whole.filter((key) => key < choice.count).sort((a, b) => a - b));
      }
    }
  });

  test("ranks pages by the bound of their channels", () => {
    const { kept, choice } = steps.at(-1)!;
    const { queries, keys, count } = choice;
    const bounds = Array.from({ length: Math.floor((count - 1) / QUEST_PAGE) }, (_, page) => {
      let bound = 0;
      for (let i = 0; i < shape.headDim; i++) {
        const products = Array.from(
          { length: QUEST_PAGE },
          (_, at) => queries[0]![i]! * keys[(page * QUEST_PAGE + at) * shape.headDim + i]!,
        );
        bound += Math.max(...products);
      }
      return { page, bound };
    });
    const best = bounds.sort((a, b) => b.bound - a.bound).slice(0, 2);
    const pages = new Set(kept[0]!.map((key) => Math.floor(key / QUEST_PAGE)));
    expect([...pages].sort((a, b) => a - b)).toEqual(
      [...best.map(({ page }) => page), 12].sort((a, b) => a - b),
    );
  });
});

describe("createH2oRule", () => {
  const steps = walk(createH2oRule({ fraction: 0.25, fullBefore: 40 }, shape), 120);

  test("keeps all of the prompt's keys, then a quarter, the same for the group", () => {
    for (const { kept, choice } of steps) {
      const expected = choice.position < 40 ? choice.count : Math.round(choice.count / 4);
      expect(kept[0]).toHaveLength(expected);
      expect(kept[1]).toEqual(kept[0]);
    }
  });

  test("never brings an evicted key back", () => {
    for (const [at, { kept, choice }] of steps.entries()) {
      if (at <= 40) continue;
      const before = new Set([...steps[at - 1]!.kept[0]!, choice.position]);
      for (const key of kept[0]!) expect(before.has(key)).toBe(true);
    }
  });

  test("holds the newest and those that got most attention", () => {
    const received = new Float64Array(120);
    for (const { kept, choice } of steps.slice(0, 41)) {
      const { count, position, scores } = choice;
      if (position === 40) {
        const recent = [36, 37, 38, 39, 40].slice(-Math.ceil(Math.round(count / 4) / 2));
        const heavy = Array.from({ length: 40 - recent.length + 1 }, (_, key) => key)
          .sort((a, b) => received[b]! - received[a]!)
          .slice(0, Math.round(count / 4) - recent.length);
        expect(kept[0]).toEqual([...heavy, ...recent].sort((a, b) => a - b));
      }
      for (const line of scores) {
        const exponentials = [...line].map((score) => Math.exp(score));
        const total = exponentials.reduce((sum, weight) => sum + weight, 0);
        for (const [key, weight] of exponentials.entries()) received[key]! += weight / total;
      }
    }
  });
});
