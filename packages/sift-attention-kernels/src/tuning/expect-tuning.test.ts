import type { GpuReport } from "@sift-attention/gpu";
import { describe, expect, test } from "vitest";
import { defaultTuning } from "./default-tuning.ts";
import { expectTuning } from "./expect-tuning.ts";
import { adapterOf } from "./tuned-adapter.ts";
import type { Tuning } from "./tuning.ts";

const report: GpuReport = {
  vendor: "nvidia",
  architecture: "hopper",
  device: "",
  description: "a large one",
  isSoftware: false,
  features: ["subgroups"],
  limits: {},
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
  subgroupMatrices: [],
  missing: [],
};
const limits = { workgroupBytes: 49152, workgroupInvocations: 1024, bindingBytes: 2 ** 31 };
const variant = { subgroupSize: 32, nativeF16: false } as const;
const subject = {
  geometry: { queryHeads: 32, kvHeads: 8, headDim: 128 },
  kvType: "f16",
  variant,
} as const;
const tuning: Tuning = { ...defaultTuning(report, subject, limits), adapter: adapterOf(report) };

function refusalOf(changed: unknown): unknown {
  try {
    expectTuning(report, subject, changed as Tuning, limits);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The tuning with one entry changed. */
function withEntry(name: keyof Tuning["entries"], changed: unknown): unknown {
  const entry = tuning.entries[name];
  const isObject = typeof entry === "object" && changed !== null && typeof changed === "object";
  return {
    ...tuning,
    entries: { ...tuning.entries, [name]: isObject ? { ...entry, ...changed } : changed },
  };
}

describe("expectTuning", () => {
  test("takes a tuning that went through JSON, with or without its adapter", () => {
    expect(refusalOf(JSON.parse(JSON.stringify(tuning)))).toBeUndefined();
    const { adapter: _, ...anywhere } = tuning;
    expect(refusalOf(anywhere)).toBeUndefined();
  });

  test.each([
    [undefined, /^tuning: it: expected an object, got undefined/],
    [{ ...tuning, version: 2 }, /^tuning: version: expected 1, got 2/],
    [
      { ...tuning, adapter: { ...adapterOf(report), vendor: "apple" } },
      /^tuning: adapter\.vendor: expected "nvidia", got "apple"; measure again/,
    ],
    [{ ...tuning, adapter: "nvidia" }, /^tuning: adapter: expected an object, got "nvidia"/],
    [
      { ...tuning, geometry: { ...tuning.geometry, headDim: 64 } },
      /geometry\.headDim: .* 128, got 64/,
    ],
    [{ ...tuning, geometry: null }, /geometry: expected an object, got null/],
    [{ ...tuning, kvType: "f32" }, /kvType: expected "f16", got "f32"/],
    [
      { ...tuning, variant: { ...variant, subgroupSize: 8 } },
      /variant\.subgroupSize: .* 32, got 8/,
    ],
    [{ ...tuning, entries: 3 }, /entries: expected an object, got 3/],
    [withEntry("scores", null), /entries\.scores: expected an object, got null/],
    [withEntry("scores", { lanes: 64 }), /scores\.lanes: expected one of 4, 8, 16, 32, got 64/],
    [withEntry("scores", { rows: 3 }), /scores\.rows: expected a power of two, 1 to 16, got 3/],
    [withEntry("full", { workgroup: 16 }), /full\.workgroup: .* 32 to 1024, got 16/],
    [withEntry("full", { workgroups: 0 }), /full\.workgroups: .* got 0/],
    [withEntry("full", { workgroups: "1" }), /full\.workgroups: .* got "1"/],
    [withEntry("attend", { tile: 128 }), /attend\.tile: .* got 128/],
    [
      withEntry("attend", { tile: 2 ** 13 }),
      /attend: expected a kernel of at most .* a larger one/,
    ],
    [withEntry("scores", { workgroup: 1024, rows: 16, lanes: 4 }), /scores: expected a kernel/],
    [withEntry("merge", { columns: 2 }), /merge\.columns: .* 4 to 1024, got 2/],
    [withEntry("merge", { columns: 4, rows: 8 }), /merge: expected .* at least 64, got 32/],
    [withEntry("merge", { columns: 1024, rows: 2 }), /merge: expected a kernel/],
    [withEntry("denseBelow", -1), /denseBelow: .* got -1/],
    [withEntry("denseBelow", undefined), /denseBelow: .* got undefined/],
  ])("refuses what does not fit: case %#", (changed, message) => {
    expect(refusalOf(changed)).toMatchObject({
      name: "SiftError",
      code: "invalid-option",
      message: expect.stringMatching(message),
    });
  });
});

describe("defaultTuning", () => {
  test("is what was measured, on the class of device that it was measured on", () => {
    expect(tuning.entries).toEqual({
      scores: { lanes: 16, rows: 4, workgroup: 128, workgroups: 1056 },
      full: { lanes: 16, rows: 4, workgroup: 128, workgroups: 528 },
      attend: { lanes: 16, rows: 8, workgroup: 256, workgroups: 264, tile: 512 },
      merge: { columns: 16, rows: 16 },
      denseBelow: Math.floor(26e6 / (8 * 128 * 2)),
    });
  });

  test("is one that expectTuning takes, on every class of device and for every group", () => {
    const guaranteed = { workgroupBytes: 16384, workgroupInvocations: 128, bindingBytes: 2 ** 27 };
    for (const [vendor, isSoftware] of [
      ["nvidia", false],
      ["intel", false],
      ["", true],
    ] as const) {
      for (const queryHeads of [1, 2, 3, 7, 8, 12]) {
        for (const subgroupSize of [0, 4, 8, 32, 64] as const) {
          const geometry = { queryHeads, kvHeads: 1, headDim: 256 };
          const each = { geometry, kvType: "f32", variant: { ...variant, subgroupSize } } as const;
          const other = { ...report, vendor, isSoftware };
          const made = defaultTuning(other, each, guaranteed);
          expect(() => expectTuning(other, each, made, guaranteed)).not.toThrow();
        }
      }
    }
  });
});
