import { describe, expect, test } from "vitest";
import { stepBytes } from "./step-bytes.ts";

const geometry = { queryHeads: 6, kvHeads: 2, headDim: 64 };
const kernelCase = {
  shape: { name: "tiny", geometry },
  batch: 4,
  context: 1000,
  kvType: "f16",
} as const;
const keys = 4 * 2 * 1000 * 64 * 2;
const scores = 4 * 2 * 1000 * 4 * 4; // a pitch of four for three heads
const edge = 4 * 6 * (64 * 4 + 64 * 4 + 16);
const partial = 4 * 2 * (3 * 64 + 5 * 4) * 4; // of one part, all head blocks

const knobs = { lanes: 8, rows: 4, workgroup: 128, workgroups: 64 };
const plan = {
  blocks: { groupSize: 3, blocks: 1, blockHeads: 3, blockPitch: 4, headBlocks: 2 },
  full: knobs,
  attend: { ...knobs, tile: 512 },
};
const counted = { kernelCase, plan };

describe("stepBytes", () => {
  test("plain reads move what they read", () => {
    expect(stepBytes({ ...counted, kernel: "read-keys", keptUnion: 1 })).toBe(keys);
    expect(stepBytes({ ...counted, kernel: "read-keys-values", keptUnion: 1 })).toBe(2 * keys);
  });

  test("full attention moves keys, values and the partial sums of eight parts, twice", () => {
    expect(stepBytes({ ...counted, kernel: "full", keptUnion: 1 })).toBe(
      2 * keys + 2 * 8 * partial + edge,
    );
  });

  test("a sift moves the keys, the union's values, the scores twice and the sums of two tiles", () => {
    expect(stepBytes({ ...counted, kernel: "sifted", keptUnion: 0.25 })).toBe(
      1.25 * keys + 2 * scores + 2 * 2 * partial + edge,
    );
  });

  test("rows of whole numbers are half as long and have a scale each", () => {
    const whole = { kernelCase: { ...kernelCase, kvType: "i8" }, plan, keptUnion: 0.25 } as const;
    const scales = 4 * 2 * 1000 * 4;
    expect(stepBytes({ ...whole, kernel: "read-keys" })).toBe(keys / 2);
    expect(stepBytes({ ...whole, kernel: "sifted" })).toBe(
      1.25 * (keys / 2) + 2 * scales + 2 * scores + 2 * 2 * partial + edge,
    );
  });

  test("top-k reads the scores once more", () => {
    const sifted = stepBytes({ ...counted, kernel: "sifted", keptUnion: 0.25 });
    expect(stepBytes({ ...counted, kernel: "top-k", keptUnion: 0.25 }) - sifted).toBe(scores);
  });
});
