import { describe, expect, test } from "vitest";
import { gatedJson, readJson } from "./families.fixture.ts";
import { mistral } from "./mistral.ts";

const all = [true, true, true, true];

describe("mistral.huggingFace.readConfig", () => {
  test("lets every layer slide where there is a window, and none where it is null", () => {
    const sliding = readJson(mistral, { ...gatedJson, sliding_window: 16 });
    expect(sliding).toMatchObject({ family: "mistral", slidingWindow: { size: 16, layers: all } });
    const { slidingWindow } = readJson(mistral, { ...gatedJson, sliding_window: null });
    expect(slidingWindow).toBeUndefined();
  });

  test("follows layer_types", () => {
    const types = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"];
    const { slidingWindow } = readJson(mistral, {
      ...gatedJson,
      sliding_window: 16,
      layer_types: types,
    });
    expect(slidingWindow?.layers).toEqual([true, false, false, true]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["sliding_window", { sliding_window: 0 }],
    ["layer_types", { sliding_window: 16, layer_types: ["full_attention"] }],
    [
      "layer_types",
      { sliding_window: 16, layer_types: [...all.slice(1).map(() => "full_attention"), "linear"] },
    ],
    ["layer_types", { sliding_window: 16, layer_types: [1, 2, 3, 4] }],
    ["hidden_act", { hidden_act: "relu" }],
  ])("names %s as the field that is wrong", (field, changes) => {
    expect(() => readJson(mistral, { ...gatedJson, ...changes })).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(field) }),
    );
  });
});
