import { describe, expect, test } from "vitest";
import { findMethod } from "../methods/methods.ts";
import { shiftRow } from "./shift-row.ts";

const subject = { model: "m", texts: ["a", "b"], pair: 1 } as const;
const contestant = { method: findMethod("sift"), quantile: 0.75 };
const kept = [...new Array(100).fill(0.2), ...new Array(64).fill(0.5), ...new Array(90).fill(0.3)];

describe("shiftRow", () => {
  test("takes means over 64 rows before the seam, after it and after those", () => {
    const result = { seam: 300, firstPosition: 200, kept, alarms: null };
    expect(shiftRow(subject, contestant, result)).toMatchObject({
      keptNominal: 0.25,
      keptBefore: expect.closeTo(0.2, 9),
      keptAfter: expect.closeTo(0.5, 9),
      keptLater: expect.closeTo(0.3, 9),
      stepsToAlarm: null,
      alarmsBefore: null,
    });
  });

  test("counts steps from the seam to the first alarm at or after it", () => {
    const result = { seam: 300, firstPosition: 200, kept, alarms: [250, 310, 320] };
    expect(shiftRow(subject, contestant, result)).toMatchObject({
      stepsToAlarm: 11,
      alarmsBefore: 1,
    });
    const none = { ...result, alarms: [] };
    expect(shiftRow(subject, contestant, none)).toMatchObject({
      stepsToAlarm: null,
      alarmsBefore: 0,
    });
  });
});
