import { describe, expect, test } from "vitest";
import { windowForBudget } from "./window-for-budget.ts";

describe("windowForBudget", () => {
  test("of a single row of 100 keys with 4 sinks and a quarter is 21", () => {
    expect(windowForBudget({ firstPosition: 99, endPosition: 100 }, 4, 0.25)).toBe(21);
  });

  test("over growing rows spends the budget on average", () => {
    const window = windowForBudget({ firstPosition: 100, endPosition: 1000 }, 4, 0.25);
    let kept = 0;
    for (let visible = 101; visible <= 1000; visible++) {
      kept += Math.min(visible, 4 + window) / visible / 900;
    }
    expect(Math.abs(kept - 0.25)).toBeLessThan(0.002);
  });

  test("is never empty, however small the budget", () => {
    expect(windowForBudget({ firstPosition: 9, endPosition: 10 }, 4, 0.05)).toBe(1);
  });
});
