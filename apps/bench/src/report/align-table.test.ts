import { describe, expect, test } from "vitest";
import { alignTable } from "./align-table.ts";

describe("alignTable", () => {
  test("pads the first column on the right and the others on the left", () => {
    expect(
      alignTable(
        [
          ["name", "value"],
          ["a", "12"],
        ],
        "  ",
      ),
    ).toEqual(["name  value", "a        12"]);
  });
});
