import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { samplingRules } from "../../sampling/sampling-rules.ts";
import { weightOf } from "../../sampling/token-weight.ts";
import { packSlotRules, ruleFlags } from "./slot-rules.ts";

describe("packSlotRules", () => {
  test("min-p as the last exponent whose weight is enough", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (minP) => {
        const rules = samplingRules({ minP, temperature: 1, seed: 1 }, {}, 8);
        const last = new DataView(packSlotRules(rules).buffer).getUint32(40, true);
        expect(weightOf(last)).toBeGreaterThanOrEqual(minP * 2 ** 31);
        if (last < 2 ** 27 - 1) expect(weightOf(last + 1)).toBeLessThan(minP * 2 ** 31);
      }),
    );
  });

  test("the second word is the 0 that no compiler may know", () => {
    const rules = samplingRules({ seed: 1 }, {}, 8);
    expect(new DataView(packSlotRules(rules).buffer).getUint32(4, true)).toBe(0);
  });
});

describe("ruleFlags", () => {
  test("at temperature 0 nothing is weighed or truncated", () => {
    const rules = samplingRules({ topK: 3, presencePenalty: 1, seed: 1 }, {}, 8);
    expect(ruleFlags(rules)).toEqual({
      hasBias: false,
      hasPenalty: true,
      samples: false,
      truncates: false,
    });
  });
});
