import { describe, expect, test } from "vitest";
import type { KernelRecord } from "./kernel-record.ts";
import { peerOf, recordOf, rowOf } from "./record.fixture.ts";
import { type JudgedTarget, judgeTargets } from "./targets.ts";

const key = { shape: "llama-3.1-8b", batch: 1, contexts: [4096, 16384, 65536, 131072] };

function judge(record: KernelRecord, name: string, where: typeof key = key): JudgedTarget {
  return judgeTargets(record, where).find((target) => target.name.startsWith(name))!;
}

describe("judgeTargets", () => {
  test("the score pass has 85 % of the plain-read rate from 65,536 keys on", () => {
    const rows = [
      rowOf({ kernel: "read-keys", context: 65536, medianUs: 84 }),
      rowOf({ kernel: "scores", context: 65536 }),
      rowOf({ kernel: "read-keys", medianUs: 86 }),
      rowOf({ kernel: "scores" }),
      rowOf({ kernel: "read-keys", context: 4096, medianUs: 10 }),
      rowOf({ kernel: "scores", context: 4096 }),
    ];
    expect(judge(recordOf(rows), "score pass")).toMatchObject({
      ratios: [
        { context: 65536, ratio: 0.84 },
        { context: 131072, ratio: 0.86 },
      ],
      verdict: "fail",
      failedAt: [65536],
    });
  });

  test("full attention is at most 1.15 times cuDNN's", () => {
    const rows = [rowOf({ kernel: "full", medianUs: 114 })];
    const record = recordOf(rows, [peerOf({ kernel: "cudnn-full" })]);
    expect(judge(record, "full / cuDNN").verdict).toBe("pass");
    expect(judge(recordOf(rows), "full / cuDNN").verdict).toBe("not measured");
  });

  test.each([
    [131072, 0.72, "pass"],
    [131072, 0.73, "fail"],
    [16384, 0.99, "pass"],
    [16384, 1, "fail"],
    [4096, 2, "not measured"],
  ] as const)("sifted at 25 % and %d keys in %d of cuDNN's time: %s", (context, share, verdict) => {
    const quarter = { kernel: "sifted", context, keptUnion: 0.25, medianUs: 100 * share } as const;
    const rows = [rowOf({ ...quarter }), rowOf({ ...quarter, keptUnion: 0.5, medianUs: 1 })];
    const record = recordOf(rows, [peerOf({ kernel: "cudnn-full", context })]);
    expect(judge(record, "sifted, union 25 %").verdict).toBe(verdict);
  });

  test("a sift that drops nothing is judged by the slower threshold", () => {
    const rows = [
      rowOf({ kernel: "full" }),
      rowOf({ kernel: "sifted", medianUs: 101 }),
      rowOf({ kernel: "sifted-lowest", medianUs: 106 }),
      rowOf({ kernel: "sifted", keptUnion: 0.5, medianUs: 500 }),
    ];
    expect(judge(recordOf(rows), "sifted that drops nothing")).toMatchObject({
      ratios: [{ ratio: 1.06 }],
      verdict: "fail",
    });
  });

  test("top-k is compared at each fraction and judged by the least", () => {
    const rows = [0.5, 0.25].flatMap((keptUnion) => [
      rowOf({ kernel: "sifted", keptUnion }),
      rowOf({ kernel: "top-k", keptUnion, medianUs: keptUnion === 0.5 ? 290 : 400 }),
    ]);
    expect(judge(recordOf(rows), "top-k / sifted")).toMatchObject({
      ratios: [{ ratio: 2.9 }],
      verdict: "fail",
    });
  });

  test("the share of the floor is reported without a verdict", () => {
    const rows = [
      rowOf({ kernel: "full", floorUs: 90 }),
      rowOf({ kernel: "sifted", keptUnion: 0.25 }),
    ];
    expect(judge(recordOf(rows), "floor / time")).toMatchObject({
      ratios: [{ ratio: 0.8 }],
      verdict: "reported",
    });
  });

  test("a large batch of short contexts is held to the floor of one long context", () => {
    const batch32 = { batch: 32, context: 8192 };
    const rows = [
      rowOf({ kernel: "full", floorUs: 80 }),
      rowOf({ kernel: "full", ...batch32, floorUs: 40 }),
    ];
    const where = { ...key, batch: 32, contexts: [8192] };
    expect(judge(recordOf(rows), "batch 32", where)).toMatchObject({
      ratios: [{ ratio: 0.5 }],
      verdict: "fail",
    });
  });

  test("rows of another shape are not compared", () => {
    const rows = [rowOf({ kernel: "full" })];
    const record = recordOf(rows, [peerOf({ kernel: "cudnn-full", shape: "mha-32x128" })]);
    expect(judge(record, "full / cuDNN").verdict).toBe("not measured");
  });
});
