import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AttentionRig } from "./testing/attention-rig.ts";
import { checkFullCases, checkSiftedCases, createRig } from "./testing/check-shape.ts";
import { shapes } from "./testing/shapes.ts";

const gpu = await openTestGpu(openGpu);

describe.each(shapes)("a SiftAttention of %s", (_, shape) => {
  let rig: AttentionRig;
  beforeAll(async () => {
    rig = await createRig(gpu, shape);
  });
  afterAll(() => rig[Symbol.dispose]());

  test("recordFull is the oracle's full attention within rounding", async () => {
    expect(await checkFullCases(rig)).toEqual([]);
  });

  test("recordSifted keeps the oracle's keys, and is within rounding of it", async () => {
    expect(await checkSiftedCases(rig)).toEqual([]);
  });
});
