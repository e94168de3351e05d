import { describe, expect, test } from "vitest";
import { expectWhole } from "./expect-number.ts";

const place = { code: "invalid-option", where: "slots" } as const;

describe("expectWhole", () => {
  test("takes both ends of the range", () => {
    expect(() => expectWhole(place, 1, 1, 4)).not.toThrow();
    expect(() => expectWhole(place, 4, 1, 4)).not.toThrow();
  });

  test.each([0, 5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined, null])(
    "refuses %s",
    (value) => {
      expect(() => expectWhole(place, value, 1, 4)).toThrow(
        expect.objectContaining({
          code: "invalid-option",
          message: expect.stringMatching(/^slots: expected a whole number, 1 to 4, got /),
        }),
      );
    },
  );

  test("tells a string from a number", () => {
    expect(() => expectWhole(place, "2", 1, 4)).toThrow('got "2"');
  });
});
