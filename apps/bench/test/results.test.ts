import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lawMarkdown } from "../src/law/law-markdown.ts";
import { commandOf } from "../src/report/command-of.ts";
import { markdownReport } from "../src/report/markdown-report.ts";
import { parseQualityFile } from "./parse-quality-file.ts";

function readResult(name: string): string {
  return readFileSync(new URL(`../results/${name}`, import.meta.url), "utf8");
}

describe.each(["quality-tales-28m", "quality-tales-28m-quantiles"])("results/%s", (name) => {
  const record = parseQualityFile(readResult(`${name}.json`));
  const full = record.rows.filter(({ method }) => method === "full");

  test("the Markdown shows the same table as the JSON, and its command", () => {
    const text = readResult(`${name}.md`);
    expect(text).toBe(markdownReport(record));
    expect(text).toContain(commandOf(record.settings));
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

describe("results/law-tales-28m", () => {
  test("the Markdown shows the same as the JSON", () => {
    const record = JSON.parse(readResult("law-tales-28m.json"));
    expect(readResult("law-tales-28m.md")).toBe(lawMarkdown(record));
  });
});
