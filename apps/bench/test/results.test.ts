import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lawMarkdown } from "../src/law/law-markdown.ts";
import { commandOf } from "../src/report/command-of.ts";
import { withError } from "../src/report/format-cell.ts";
import { markdownReport } from "../src/report/markdown-report.ts";
import type { QualityRecord } from "../src/report/quality-record.ts";

function readResult(name: string): string {
  return readFileSync(new URL(`../results/${name}`, import.meta.url), "utf8");
}

describe.each(["quality-tales-28m", "quality-tales-28m-quantiles"])("results/%s", (name) => {
  const record = JSON.parse(readResult(`${name}.json`)) as QualityRecord;
  const full = record.rows.filter(({ method }) => method === "full");

  test("the Markdown shows the numbers of the JSON", () => {
    const text = readResult(`${name}.md`);
    for (const row of record.rows) {
      const ratio = withError(row.perplexityRatio, row.perplexityRatioError);
      expect(text).toContain(`| ${row.method} | ${row.quantile ?? ""} | ${ratio} |`);
    }
  });

  test("full attention differs from itself by nothing and finds nine pass keys of ten", () => {
    expect(full.map(({ context }) => context)).toEqual(record.settings.contexts);
    for (const row of full) {
      expect(row).toMatchObject({ klMax: 0, perplexityRatio: 1, top1Agreement: 1 });
      expect(row.passkeyAccuracy).toBeGreaterThanOrEqual(0.9);
    }
  });

  test("warmup is full attention", () => {
    for (const { warmupKlMax } of record.rows) expect(warmupKlMax).toBe(0);
  });
});

/** Measured when the methods that they compare were there; fields that came later are empty in their tables. */
describe.each(["rivals-tales-28m", "budgets-tales-28m", "shift-tales-28m"])(
  "results/%s",
  (name) => {
    const record = JSON.parse(readResult(`${name}.json`)) as QualityRecord;

    test("the Markdown shows the same as the JSON, and its command", () => {
      const text = readResult(`${name}.md`);
      expect(text).toBe(markdownReport(record));
      expect(text).toContain(commandOf(record.settings));
    });

    test("no attention output is above its bound, and full attention differs from itself by nothing", () => {
      for (const { outputError } of record.rows)
        expect(outputError).toMatchObject({ aboveBound: 0 });
      for (const row of record.rows.filter(({ method }) => method === "full")) {
        expect(row).toMatchObject({ klMax: 0, perplexityRatio: 1, top1Agreement: 1 });
      }
    });
  },
);

describe("results/law-tales-28m", () => {
  test("the Markdown shows the same as the JSON", () => {
    const record = JSON.parse(readResult("law-tales-28m.json"));
    expect(readResult("law-tales-28m.md")).toBe(lawMarkdown(record));
  });
});
