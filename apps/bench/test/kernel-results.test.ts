import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { KernelRecord } from "../src/kernels/report/kernel-record.ts";
import { kernelsMarkdown } from "../src/kernels/report/kernels-markdown.ts";
import { recordOf, rowOf } from "../src/kernels/report/record.fixture.ts";
import { parseKernelFile } from "./parse-kernel-file.ts";

const folder = new URL("../results/", import.meta.url);
const names = readdirSync(folder).filter((name) => /^kernels-.*\.json$/.test(name));

/** What every committed record must hold. */
function expectWorthQuoting(record: KernelRecord): void {
  expect(record.adapter.isSoftware).toBe(false);
  expect(record.failures).toEqual([]);
  for (const { samples, stepsPerSample } of record.rows) {
    expect(samples).toBeGreaterThanOrEqual(15);
    expect(stepsPerSample).toBeGreaterThanOrEqual(8);
  }
}

describe("results/kernels-*", () => {
  test("each was measured on a GPU with enough samples, and its Markdown shows the same", () => {
    for (const name of names) {
      const record = parseKernelFile(readFileSync(new URL(name, folder), "utf8"));
      expectWorthQuoting(record);
      const markdown = readFileSync(new URL(name.replace(".json", ".md"), folder), "utf8");
      expect(markdown).toBe(kernelsMarkdown(record));
    }
  });

  test("a record of a software adapter or of too few samples would not pass", () => {
    const record = recordOf([rowOf({ kernel: "full" })]);
    expect(() => expectWorthQuoting(record)).not.toThrow();
    const { adapter } = record;
    const software = { ...record, adapter: { ...adapter, isSoftware: true } };
    expect(() => expectWorthQuoting(software)).toThrow();
    expect(() => expectWorthQuoting(recordOf([rowOf({ kernel: "full", samples: 14 })]))).toThrow();
  });
});
