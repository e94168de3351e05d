import type { DroppedMassRule, LayerAttention } from "@sift-attention/model-runtime";
import { decodeAttention, type KeepRule, relativeL2 } from "@sift-attention/reference-attention";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { droppedMassRuleOf, OutputErrorMeter } from "./output-error.ts";

const geometry = { queryHeads: 4, kvHeads: 2, headDim: 8 };
const CONTEXT = 40;
const normal = createNormal(createRandom(4));
const normals = (count: number): Float32Array => Float32Array.from({ length: count }, normal);

/** One row of one layer under a rule, in float64 rounded to f32. */
function attended(rule: KeepRule): LayerAttention {
  const { queryHeads, kvHeads, headDim } = geometry;
  const query = normals(queryHeads * headDim);
  const [keys, values] = [
    normals(kvHeads * CONTEXT * headDim),
    normals(kvHeads * CONTEXT * headDim),
  ];
  const scale = headDim ** -0.5;
  const place = { geometry, contextLength: CONTEXT, query, keys, values, scale };
  const { output, droppedMass } = decodeAttention({ ...place, rule });
  return {
    ...{ layer: 0, firstPosition: CONTEXT - 1, rows: 1, window: Infinity, geometry },
    ...{ capacity: CONTEXT, scale, query, keys, values },
    output: Float32Array.from(output),
    droppedMass: Float32Array.from(droppedMass),
  };
}

function measure(attention: LayerAttention, rule: DroppedMassRule) {
  const meter = new OutputErrorMeter(1, rule, [CONTEXT - 1]);
  meter.add(attention);
  return meter.totals();
}

describe("OutputErrorMeter", () => {
  test.each(["none", "renormalise", "mean-value"] as const)(
    "stays under the bound of %s",
    (droppedMass) => {
      for (let i = 0; i < 20; i++) {
        const attention = attended({ kind: "top-k", k: 5, droppedMass });
        const { relative, boundUseMax, aboveBound, heads, rows } = measure(attention, droppedMass);
        expect(relative[0]).toBeGreaterThan(0.01);
        expect(boundUseMax).toBeGreaterThan(0.01);
        expect(boundUseMax).toBeLessThanOrEqual(1);
        expect([aboveBound, heads, rows]).toEqual([0, 4, 1]);
      }
    },
  );

  test("is the relative error to full attention over all heads", () => {
    const attention = attended({ kind: "top-k", k: 5 });
    const { query, keys, values, scale } = attention;
    const place = { geometry, contextLength: CONTEXT, query, keys, values, scale };
    const full = decodeAttention({ ...place, rule: { kind: "full" } }).output;
    const { relative } = measure(attention, "none");
    expect(relative[0]).toBeCloseTo(relativeL2(full, attention.output), 9);
  });

  test("of full attention is rounding", () => {
    const { relativeMax, boundUseMax } = measure(attended({ kind: "full" }), "none");
    expect(relativeMax).toBeLessThan(1e-6);
    expect(boundUseMax).toBeLessThan(1);
  });

  test("counts a head whose error is above its bound", () => {
    const attention = attended({ kind: "full" });
    const output = attention.output.slice();
    output[9]! += 1e-3;
    const { boundUseMax, aboveBound } = measure({ ...attention, output }, "none");
    expect(boundUseMax).toBeGreaterThan(10);
    expect(aboveBound).toBe(1);
  });

  test("of a row that is done again the last time counts", () => {
    const meter = new OutputErrorMeter(1, "none", [CONTEXT - 1]);
    meter.add(attended({ kind: "top-k", k: 1 }));
    meter.add(attended({ kind: "full" }));
    expect(meter.totals()).toMatchObject({ rows: 1, heads: 4 });
    expect(meter.totals().relativeMax).toBeLessThan(1e-6);
  });

  test("looks at the positions that it was given alone", () => {
    const meter = new OutputErrorMeter(1, "none", [3]);
    meter.add(attended({ kind: "full" }));
    expect(meter.totals()).toMatchObject({ rows: 0, heads: 0 });
  });
});

describe("droppedMassRuleOf", () => {
  test("is the runtime's default where a mode does not say", () => {
    expect(droppedMassRuleOf({ kind: "sift" })).toBe("mean-value");
    expect(droppedMassRuleOf({ kind: "top-k", fraction: 0.5 })).toBe("none");
  });
});
