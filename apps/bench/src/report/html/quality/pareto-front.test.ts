import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bargain, paretoFront } from "./pareto-front.ts";

const beats = (a: Bargain, b: Bargain): boolean =>
  a.cost <= b.cost && a.loss <= b.loss && (a.cost < b.cost || a.loss < b.loss);

describe("paretoFront", () => {
  test("is what nothing beats, by ascending cost", () => {
    const bargain = fc.record({
      cost: fc.integer({ min: 0, max: 9 }),
      loss: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(bargain), (items) => {
        const front = paretoFront(items);
        const unbeaten = items.filter((item) => !items.some((other) => beats(other, item)));
        const keys = (list: Bargain[]) =>
          [...new Set(list.map(({ cost, loss }) => `${cost} ${loss}`))].toSorted();
        expect(keys(front)).toEqual(keys(unbeaten));
        expect(front.map(({ cost }) => cost)).toEqual(
          front.map(({ cost }) => cost).toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
