import { describe, expect, test } from "vitest";
import { createTinyModel } from "../test/tiny-model.ts";
import { openModel } from "./open-model.ts";
import { expectSiftProfile, siftModeOf } from "./sift-profile.ts";

const profile = {
  kind: "sift-profile",
  version: 1,
  model: { layers: 2, queryHeads: 4, kvHeads: 2, name: "tiny", digest: "sha256:0" },
  attention: {
    quantile: 0.875,
    budget: "head",
    warmup: "auto",
    margin: 0.9,
    maxDroppedMass: 0.3,
    drift: { slack: 0.05, limit: 3 },
    denseHeads: [[1, 3]],
    droppedMass: "mean-value",
  },
  evidence: { kl: 0.004 },
} as const;

const refused = (message: RegExp) =>
  expect.objectContaining({ code: "bad-profile", message: expect.stringMatching(message) });

describe("siftModeOf", () => {
  test("is what the profile sets, through JSON, and a model runs by it", async () => {
    const read: unknown = JSON.parse(JSON.stringify(profile));
    expect(expectSiftProfile(read)).toEqual(profile);
    const model = await openModel(createTinyModel(), { backend: "cpu", cpu: "plain" });
    try {
      const mode = siftModeOf(read, model.config);
      expect(mode).toEqual({ kind: "sift", ...profile.attention });
      const session = await model.createSession({ attention: mode });
      const generation = session.generate([1, 2, 3], { maxTokens: 4 });
      for (let next = await generation.next(); !next.done; next = await generation.next());
      expect(session.scheduleCounters()?.denseHeads).toBe(1);
    } finally {
      await model.dispose();
    }
  });

  test.each<[string, unknown, RegExp]>([
    ["no object", [], /^profile: expected an object, got \[\]$/],
    ["another kind", { ...profile, kind: "model" }, /^profile\.kind: expected "sift-profile"/],
    ["a later version", { ...profile, version: 2 }, /^profile\.version: expected 1, got 2$/],
    ["no model", { ...profile, model: undefined }, /^profile\.model: expected an object/],
    [
      "a setting that there is not",
      { ...profile, attention: { quantil: 0.5 } },
      /^profile\.attention\.quantil: expected one of quantile, /,
    ],
    [
      "a setting out of range",
      { ...profile, attention: { quantile: 2 } },
      /^profile\.attention\.quantile: expected a number in \(0, 1\), got 2$/,
    ],
    [
      "a layer that the model has not",
      { ...profile, attention: { denseLayers: [2] } },
      /^profile\.attention\.denseLayers\[0\]: expected an integer in \[0, 2\), got 2$/,
    ],
    [
      "half a head",
      { ...profile, attention: { denseHeads: [[1]] } },
      /^profile\.attention\.denseHeads\[0\]: expected \[layer, head\], got \[1\]$/,
    ],
    [
      "a threshold for tests",
      { ...profile, attention: { fixedLogThreshold: -3 } },
      /fixedLogThreshold/,
    ],
  ])("refuses %s", (_, value, message) => {
    expect(() => siftModeOf(value)).toThrowError(refused(message));
  });

  test("refuses a model of another shape", async () => {
    const model = await openModel(createTinyModel(), { backend: "cpu", cpu: "plain" });
    const other = { ...profile, model: { ...profile.model, layers: 30 }, attention: {} };
    expect(() => siftModeOf(other, model.config)).toThrowError(
      refused(/^profile\.model\.layers: expected 2, as the model has, got 30$/),
    );
    await model.dispose();
  });
});
