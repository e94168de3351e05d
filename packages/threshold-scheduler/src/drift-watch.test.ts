import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { DriftWatch } from "./drift-watch.ts";

const options = { slack: 0.05, limit: 3 };

/** Step of the first alarm, 1-based; undefined without one. */
function firstAlarm(deviations: readonly number[]): number | undefined {
  const watch = new DriftWatch(options);
  const at = deviations.findIndex((deviation) => watch.observe(deviation));
  return at < 0 ? undefined : at + 1;
}

describe("DriftWatch", () => {
  test("a lasting excess of 15 points is told when it has summed up to the limit past the slack, either way", () => {
    expect(firstAlarm(new Array<number>(100).fill(0.15))).toBe(31);
    expect(firstAlarm(new Array<number>(100).fill(-0.15))).toBe(31);
  });

  test("an excess within the slack is never told", () => {
    expect(firstAlarm(new Array<number>(100_000).fill(0.05))).toBeUndefined();
  });

  test("raises no false alarm in 50 runs of 2,000 steps with a noise of 10 points", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const normal = createNormal(createRandom(seed));
      const noise = Array.from({ length: 2000 }, () => 0.1 * normal());
      expect(firstAlarm(noise)).toBeUndefined();
    }
  });

  test("begins anew after an alarm, and counts it", () => {
    const watch = new DriftWatch(options);
    const alarms = Array.from({ length: 62 }, () => watch.observe(0.15)).filter(Boolean);
    expect(alarms).toHaveLength(2);
    expect(watch.alarms).toBe(2);
    expect(watch.observe(0.15)).toBe(false);
  });
});
