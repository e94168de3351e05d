import type { SiftMode } from "@sift-attention/model-runtime";
import { describe, expect, test } from "vitest";
import type { CandidateFigures } from "./candidate-figures.ts";
import { type Search, searchSettings } from "./search-settings.ts";

const quantiles = [0.5, 0.625, 0.75, 0.875, 0.9375];

/** A model whose KL grows with τ, less with exempt keys, and more without a warmup. */
function measured({ quantile = 0.75, keepFirst = 0, ...mode }: SiftMode): CandidateFigures {
  const warmup = typeof mode.warmup === "number" ? mode.warmup : 64;
  const kl = 0.01 * quantile ** 8 * (keepFirst > 0 ? 0.4 : 1) * (warmup < 64 ? 1.5 : 1);
  const read = 1 - quantile + (keepFirst > 0 ? 0.01 : 0);
  return {
    ...{ klMean: kl, klError: 0, klP99: kl, klMax: kl, top1Agreement: 1, keptMean: read },
    ...{ keptUnion: read, droppedMassMean: 0, droppedMassMax: 0, warmupSteps: warmup },
    ...{ readOfAnswer: (warmup + (512 - warmup) * read) / 512, positions: 100 },
  };
}

function createSearch(
  budget: number,
  changes: Partial<Search> = {},
): Search & { readonly calls: SiftMode[] } {
  const calls: SiftMode[] = [];
  return {
    calls,
    base: { kind: "sift" },
    quantiles,
    moves: [
      { name: "exempt keys", changes: [{ keepFirst: 4 }] },
      { name: "warmup", changes: [{ warmup: 16 }] },
    ],
    measure: async (attention) => {
      calls.push(attention);
      return measured(attention);
    },
    isAllowed: ({ klMean }) => klMean <= budget,
    ...changes,
  };
}

/** Every combination, for the truth. */
function exhaustive(budget: number): number {
  const all = quantiles.flatMap((quantile) =>
    [{}, { keepFirst: 4 }].flatMap((exempt) =>
      [{}, { warmup: 16 }].map((warmup) =>
        measured({ kind: "sift", quantile, ...exempt, ...warmup }),
      ),
    ),
  );
  return Math.min(
    ...all.filter(({ klMean }) => klMean <= budget).map(({ readOfAnswer }) => readOfAnswer),
  );
}

describe("searchSettings", () => {
  test.each([0.0001, 0.001, 0.002, 0.0035, 0.02])(
    "finds what trying everything finds at a budget of %d",
    async (budget) => {
      const { chosen } = await searchSettings(createSearch(budget));
      expect(chosen?.figures.klMean).toBeLessThanOrEqual(budget);
      expect(chosen?.figures.readOfAnswer).toBe(exhaustive(budget));
    },
  );

  test("never reads more than the best τ alone, where parts help only together", async () => {
    const budget = 0.006;
    const { chosen } = await searchSettings(createSearch(budget));
    const alone = quantiles.map((quantile) => measured({ kind: "sift", quantile }));
    const allowed = alone.filter(({ klMean }) => klMean <= budget);
    const least = Math.min(...allowed.map(({ readOfAnswer }) => readOfAnswer));
    expect(chosen?.figures.readOfAnswer).toBeLessThanOrEqual(least);
    expect(chosen?.figures.readOfAnswer).toBeGreaterThan(exhaustive(budget));
  });

  test("measures nothing twice, tells of each, and tries less than everything", async () => {
    const heard: unknown[] = [];
    const search = createSearch(0.002, { onCandidate: (candidate) => heard.push(candidate) });
    const { candidates } = await searchSettings(search);
    const keys = search.calls.map((call) => JSON.stringify(Object.entries(call).toSorted()));
    expect(new Set(keys).size).toBe(keys.length);
    expect(heard).toEqual(candidates);
    expect(keys.length).toBeLessThan(20);
  });

  test("chooses nothing when nothing is allowed, after trying the moves at the smallest τ", async () => {
    const { candidates, chosen } = await searchSettings(createSearch(1e-9));
    expect(chosen).toBeUndefined();
    expect(candidates.map(({ attention }) => attention.keepFirst)).toContain(4);
    expect(candidates.every(({ isAllowed }) => !isAllowed)).toBe(true);
  });
});
