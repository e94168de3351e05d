import { describe, expect, test } from "vitest";
import { BenchError } from "../bench-error.ts";
import { costMarkdown } from "./cost-markdown.ts";
import { measuredSpeeds } from "./measured-speed.ts";
import { reckonCost } from "./reckon-cost.ts";

const settings = { pricesPerHour: [2, 4], warmup: 64, warmupShare: 1, answers: [64, 640] };
const row = (method: string, context: number, median: number) => ({
  ...{ model: "tiny", context, batch: 1, method },
  tokensPerSecond: { median, p10: median, p90: median, samples: 1 },
  keptUnion: method === "full" ? 1 : 0.25,
});
const file = { rows: [row("full", 1024, 100), row("sift", 1024, 200), row("sift", 4096, 150)] };

describe("reckonCost", () => {
  const record = reckonCost(measuredSpeeds("decode.json", file), settings, ["decode.json"]);

  test("prices every case at every price, and compares where full attention was measured", () => {
    expect(record.prices.map(({ perMillion }) => perMillion[0])).toEqual(
      [2e6 / 36e4, 2e6 / 72e4, 2e6 / 54e4].map((price) => expect.closeTo(price, 9)),
    );
    for (const { perMillion } of record.prices)
      expect(perMillion[1]).toBeCloseTo(2 * perMillion[0]!, 9);
    expect(record.prices.map(({ ofFull }) => ofFull)).toEqual([1, 0.5, null]);
  });

  test("spreads the warmup over the answer", () => {
    expect(record.breakEvens).toHaveLength(1);
    // 64 tokens are all warmup; of 640 a tenth.
    expect(record.breakEvens[0]).toMatchObject({
      tokens: 0,
      ofFull: [1, expect.closeTo(0.55, 12)],
    });
  });

  test("the Markdown has a line for each", () => {
    const text = costMarkdown(record);
    expect(text).toContain("| tiny | 1,024 | 1 | sift | 200 | 2.78 | 5.56 | 0.500 |");
    expect(text).toContain("| tiny | 1,024 | 1 | sift | every answer | 1.000 | 0.550 |");
  });

  test("speeds without a pair are refused", () => {
    const alone = measuredSpeeds("decode.json", { rows: [row("sift", 4096, 150)] });
    expect(() => reckonCost(alone, settings, [])).toThrow(BenchError);
  });
});

describe("measuredSpeeds", () => {
  test("says where a number came from", () => {
    expect(measuredSpeeds("decode.json", file)[1]!.source).toBe(
      "decode.json: rows[1].tokensPerSecond.median",
    );
  });

  test.each([
    [{}, "rows"],
    [{ rows: [{ ...file.rows[0], batch: 0 }] }, "rows.0.batch"],
    [
      { rows: [{ ...file.rows[0], tokensPerSecond: { median: -1 } }] },
      "rows.0.tokensPerSecond.median",
    ],
  ])("%j is refused where it is wrong", (value, where) => {
    expect(() => measuredSpeeds("bad.json", value)).toThrow(
      `cost: bad.json: expected the JSON of bench decode; ${where}`,
    );
  });
});
