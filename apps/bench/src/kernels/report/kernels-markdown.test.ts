import { describe, expect, test } from "vitest";
import { kernelsMarkdown } from "./kernels-markdown.ts";
import { peerOf, recordOf, rowOf } from "./record.fixture.ts";

const rows = [
  rowOf({ kernel: "read-keys", medianUs: 78.64, floorUs: 78.64 }),
  rowOf({ kernel: "read-keys-values", medianUs: 130, floorUs: 130 }),
  rowOf({ kernel: "full", medianUs: 140, p10Us: 139.4, p90Us: 141.6, floorUs: 130 }),
  rowOf({ kernel: "sifted", keptUnion: 0.05, medianUs: 95, floorUs: 81.2 }),
  rowOf({ kernel: "sifted", keptUnion: 51 / 1024, context: 1024, medianUs: 9 }),
  rowOf({ kernel: "sifted-default", keptUnion: 1, context: 1024, medianUs: 8 }),
  rowOf({ kernel: "full", batch: 8, context: 1024 }),
];
const peers = [
  peerOf({ kernel: "cudnn-full", medianUs: 139.3 }),
  peerOf({ kernel: "torch-top-k", keptUnion: 0.25, medianUs: 524 }),
  peerOf({ kernel: "copy-keys", medianUs: 126 }),
  peerOf({ kernel: "cudnn-full", context: 999 }),
];
const text = kernelsMarkdown(recordOf(rows, peers));

describe("kernelsMarkdown", () => {
  test("has a table for each shape and batch with a column for each context", () => {
    expect(text.match(/^## .*$/gm)).toEqual([
      "## llama-3.1-8b, batch 1",
      "## llama-3.1-8b, batch 8",
    ]);
    expect(text).toContain("| µs a step | 1,024 | 131,072 |");
  });

  test("names the device", () => {
    expect(text).toContain(
      "# Decode attention kernels: ACME R1\n\nacme roadrunner; ACME R1; subgroups of 32.",
    );
  });

  test("shows median, spread and the share of the floor", () => {
    expect(text).toContain("| full |  | **140** (139–142), 93 % |");
  });

  test("joins the contexts of a fraction, rounded to whole keys, in one line", () => {
    expect(text).toMatch(/^\| sifted 5 % \| \*\*9\.00\*\*.*\| \*\*95\.0\*\*/m);
  });

  test("shows peers beside ours, attention with the share of the same floor", () => {
    expect(text).toContain("| cudnn-full (peer) |  | **139** (99.0–103), 93 % |");
    expect(text).toContain("| torch-top-k 25 % (peer) |  | **524** (99.0–103), 17 % |");
    expect(text).toContain("| copy-keys (peer) |  | **126** (99.0–103) |");
  });

  test("spells the verdicts out", () => {
    expect(text).toContain("| full / cuDNN | ≤ 1.15 from 16,384 on | 131,072: 1.01 | pass |");
  });

  test("a software adapter gets a warning and no verdicts", () => {
    const record = recordOf(rows);
    const software = kernelsMarkdown({
      ...record,
      adapter: { ...record.adapter, isSoftware: true },
    });
    expect(software).toContain("these times mean nothing");
    expect(software).not.toContain("verdict");
  });

  test("lists what was wrong and what was left out", () => {
    const record = {
      ...recordOf(rows),
      failures: [
        { shape: "s", batch: 1, context: 1024, kernel: "top-k", fraction: 0.25, error: "kept" },
      ] as const,
      leftOut: [{ shape: "s", batch: 8, context: 131072, reason: "too large", isError: false }],
    };
    const lists = kernelsMarkdown(record);
    expect(lists).toContain("- s, batch 1, context 1,024: top-k 25 %: kept");
    expect(lists).toContain("- s, batch 8, context 131,072: too large");
  });
});
