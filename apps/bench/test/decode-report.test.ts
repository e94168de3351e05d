import { describe, expect, test } from "vitest";
import { htmlReport } from "../src/report/html/html-report.ts";
import { traceNumbers } from "./trace-numbers.ts";

const row = (method: string, context: number, batch: number, median: number) => ({
  ...{ model: "tiny", context, batch, method, keptUnion: method === "full" ? 1 : 0.25 },
  tokensPerSecond: { median, p10: median - 1, p90: median + 1, samples: 3 },
  ...{ quantile: null, isPlanted: false, liveBytes: 1, kvBytes: 1 },
});

describe("htmlReport of a decode record", () => {
  const record = {
    adapter: { device: "a-gpu", description: "a GPU", isSoftware: true },
    settings: {},
    protocol: ["One sentence."],
    models: [{ model: "tiny", weightType: "f16" }],
    rows: [1, 4].flatMap((batch) =>
      [1024, 4096].flatMap((context) => [
        row("full", context, batch, 80.5),
        row("sift", context, batch, 95.25),
      ]),
    ),
    ...{ prefills: [], profiles: [], leftOut: [], contestants: [] },
  };

  test("shows the time of a step, says when it means nothing, and its numbers stand in the file", () => {
    const html = htmlReport([{ name: "decode.json", text: JSON.stringify(record) }]);
    expect(html).toContain("Decode time against context length, tiny");
    expect(html).toContain("these times mean nothing");
    expect(html).toContain(`>${(4000 / 95.25).toPrecision(3)}</data>`);
    const { count, untraceable } = traceNumbers(html);
    expect(untraceable).toEqual([]);
    expect(count).toBe(8 * 6 + 2 * 8);
  });
});
