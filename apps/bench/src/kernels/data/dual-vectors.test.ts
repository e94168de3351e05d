import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dualVectors } from "./dual-vectors.ts";

describe("dualVectors", () => {
  test("gives products 1 with the own vector and 0 with the others", () => {
    const component = fc.double({ min: -1, max: 1, noNaN: true });
    const sizes = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(sizes, fc.array(component, { minLength: 50, maxLength: 50 }), (count, noise) => {
        const dim = 10;
        const vectors = noise.slice(0, count * dim);
        for (let i = 0; i < count; i++) vectors[i * dim + i]! += 12; // independent whatever the noise
        const duals = dualVectors(vectors, count);
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < count; j++) {
            let product = 0;
            for (let d = 0; d < dim; d++) product += vectors[i * dim + d]! * duals[j * dim + d]!;
            expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
          }
        }
      }),
    );
  });
});
