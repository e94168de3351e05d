import { describe, expect, test } from "vitest";
import { QUICK_SETTINGS } from "./quality-settings.ts";
import { variants } from "./variants.ts";

function list(methods: string[], quantiles: number[]): string[] {
  return variants({ ...QUICK_SETTINGS, methods, quantiles }).map(
    ({ method, quantile }) => `${method.name}@${quantile}`,
  );
}

describe("variants", () => {
  test("are each method at each τ, full attention once and first", () => {
    expect(list(["top-k", "full", "window"], [0.5, 0.75])).toEqual([
      "full@0",
      "top-k@0.5",
      "top-k@0.75",
      "window@0.5",
      "window@0.75",
    ]);
  });

  test("name each method once", () => {
    expect(list(["top-k", "top-k"], [0.5])).toEqual(["full@0", "top-k@0.5"]);
  });

  test("quick settings have sifting as it is by default", () => {
    expect(list([...QUICK_SETTINGS.methods], [...QUICK_SETTINGS.quantiles])).toContain("sift@0.75");
  });
});
