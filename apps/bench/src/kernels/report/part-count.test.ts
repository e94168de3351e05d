import { describe, expect, test } from "vitest";
import { partCount } from "./part-count.ts";

describe("partCount", () => {
  test("fills the waves best: 528 workgroups over 8 rows are 66 parts each", () => {
    expect(partCount(131072, { rows: 8, chunk: 32, workgroups: 528 })).toBe(66);
  });

  test("takes more waves where one would leave workgroups idle", () => {
    expect(partCount(1e6, { rows: 300, chunk: 32, workgroups: 528 })).toBe(7);
  });

  test("has no part without keys", () => {
    expect(partCount(33, { rows: 8, chunk: 32, workgroups: 528 })).toBe(2);
    expect(partCount(1, { rows: 999, chunk: 32, workgroups: 528 })).toBe(1);
  });
});
