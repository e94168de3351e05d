import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateInteger } from "./integer-expression.ts";

const names: Readonly<Record<string, number>> = { TILE: 64, _a1: 3 };
const evaluate = (text: string) => evaluateInteger(text, (name) => names[name]);

describe("evaluateInteger", () => {
  test.each([
    ["7", 7],
    ["7u - 2i", 5],
    ["TILE / 5u * 2", 24],
    ["2 + 3 * 4 % 5", 4],
    ["(TILE + _a1) * (2 - (1))", 67],
    ["TILE>>2<<1", 32],
    ["1 << 2 + 1", 8],
    ["10 - 3 - 2", 5],
    ["1 - TILE", -63],
    ["4294967295", 4294967295],
  ])("%s is %i", (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  test.each([
    ...["", "TILES", "TILE TILE", "(TILE", "TILE)", "TILE *", "3.5", "0x10", "12ab", "f(3)"],
    ...["1 / 0", "1 % 0", "65536 * 65536", "a.b", "1 << 32"],
  ])("%j has no value", (text) => {
    expect(evaluate(text)).toBeUndefined();
  });

  test("computes sums, products, quotients and remainders in the order of precedence", () => {
    const factor = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(factor, factor, factor, factor, (a, b, c, d) => {
        const expected = a * b + (c % d) - Math.trunc((a + c) / b);
        expect(evaluate(`${a} * ${b}u + ${c}%${d} - (${a}+${c}) / ${b}`)).toBe(expected);
      }),
    );
  });
});
