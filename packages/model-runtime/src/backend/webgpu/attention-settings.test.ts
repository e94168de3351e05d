import { describe, expect, test } from "vitest";
import { settingsOf } from "./attention-settings.ts";

describe("settingsOf", () => {
  test("refuses a rule of the caller's by its name and says where it runs", () => {
    const rule = { kind: "custom", name: "pages", choose() {}, droppedMass: "none" } as const;
    expect(() => settingsOf({ rule })).toThrow(
      expect.objectContaining({
        code: "bad-option",
        message: expect.stringMatching(/custom rule pages; open the model with backend "cpu"/),
      }),
    );
  });
});
