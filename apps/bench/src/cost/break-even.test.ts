import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakEvenTokens, pricePerMillion, siftedSeconds } from "./break-even.ts";

const rate = fc.double({ min: 1, max: 1e4, noNaN: true });

describe("pricePerMillion", () => {
  test("a machine at 3.60 an hour that writes 100 tokens a second asks 10 for a million", () => {
    expect(pricePerMillion(3.6, 100)).toBeCloseTo(10, 12);
  });
});

describe("breakEvenTokens", () => {
  test("64 steps at half speed are won back by a sift that is twice as fast after 192 tokens", () => {
    // n/100 = 64/50 + (n − 64)/200
    expect(breakEvenTokens(64, { full: 100, sift: 200, warmup: 50 })).toBe(192);
  });

  test("a warmup as fast as full attention never loses, a slower sift never wins", () => {
    expect(breakEvenTokens(64, { full: 100, sift: 120, warmup: 100 })).toBe(0);
    expect(breakEvenTokens(0, { full: 100, sift: 120, warmup: 50 })).toBe(0);
    expect(breakEvenTokens(64, { full: 100, sift: 99, warmup: 100 })).toBe(null);
    expect(breakEvenTokens(64, { full: 100, sift: 100, warmup: 90 })).toBe(null);
  });

  test("it is the first length at which the sifted answer takes no longer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 512 }),
        rate,
        rate,
        rate,
        (warmup, full, gain, loss) => {
          const speeds = { full, sift: full * (1 + gain / 1e3), warmup: full / (1 + loss / 1e3) };
          const tokens = breakEvenTokens(warmup, speeds)!;
          const excess = (length: number): number =>
            siftedSeconds(length, warmup, speeds) / (length / full) - 1;
          expect(tokens).toBeGreaterThan(warmup);
          expect(excess(tokens)).toBeLessThanOrEqual(1e-9);
          expect(excess(tokens - 1)).toBeGreaterThan(-1e-9);
        },
      ),
    );
  });
});
