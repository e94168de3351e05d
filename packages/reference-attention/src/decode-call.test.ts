import { TensorError } from "@sift-attention/tensor";
import { describe, expect, test } from "vitest";
import { randomCall } from "../test/random-call.ts";
import { AttentionError } from "./attention-error.ts";
import { decodeAttention } from "./decode-attention.ts";
import type { DecodeCall } from "./decode-call.ts";
import type { KeepRule } from "./keep-rule.ts";
import { createKeptSet } from "./kept-set.ts";

const call = randomCall({
  kvHeads: 2,
  groupSize: 2,
  headDim: 4,
  contextLength: 9,
  spare: 1,
  seed: 3,
});
const refusal = (change: Partial<DecodeCall>) => () => decodeAttention({ ...call, ...change });

describe("decodeAttention at the door", () => {
  test.each<[string, Partial<DecodeCall>, string]>([
    ["query", { query: new Float32Array(15) }, "query: expected [4, 4] = 16 numbers, got 15"],
    ["keys", { keys: new Float32Array(72) }, "keys: expected [2, 10, 4] = 80 numbers, got 72"],
    ["values", { valueDim: 3 }, "values: expected [2, 10, 3] = 60 numbers, got 80"],
    ["bias", { bias: [0] }, "bias: expected [4, 9] = 36 numbers, got 1"],
    [
      "geometry",
      { geometry: { queryHeads: 4, kvHeads: 3, headDim: 4 } },
      "queryHeads: expected a multiple of kvHeads = 3, got 4",
    ],
  ])("refuses a wrong %s with both shapes", (_, change, message) => {
    expect(refusal(change)).toThrow(TensorError);
    expect(refusal(change)).toThrow(message);
  });

  test.each<[Partial<DecodeCall>, string]>([
    [{ contextLength: 0 }, "contextLength: expected a whole number of at least 1, got 0"],
    [{ capacity: 8 }, "capacity: expected a whole number of at least 9, got 8"],
    [{ valueDim: 0 }, "valueDim: expected a whole number of at least 1, got 0"],
    [{ softCap: 0 }, "softCap: expected a finite number above 0, got 0"],
  ])("refuses %j", (change, message) => {
    expect(refusal(change)).toThrow(new AttentionError("invalid-call", message));
  });

  test.each<[KeepRule, string]>([
    [{ kind: "top-k", k: -1 }, "k: expected a whole number of at least 0, got -1"],
    [{ kind: "top-k", k: [1, 2, 3, 0.5] }, "k[3]: expected a whole number of at least 0, got 0.5"],
    [{ kind: "top-k", fraction: 0 }, "fraction: expected a number in (0, 1], got 0"],
    [
      { kind: "sift", logThresholds: Number.NaN },
      "logThresholds: expected a number or an infinity, got NaN",
    ],
    [
      { kind: "sift", logThresholds: 0, keepFirst: -1 },
      "keepFirst: expected a whole number of at least 0, got -1",
    ],
    [
      { kind: "sift", logThresholds: 0, keepLast: 1.5 },
      "keepLast: expected a whole number of at least 0, got 1.5",
    ],
    [
      { kind: "sliding-window", sinks: -1, window: 4 },
      "sinks: expected a whole number of at least 0, got -1",
    ],
    [
      { kind: "sliding-window", sinks: 1, window: Number.NaN },
      "window: expected a whole number of at least 0, got NaN",
    ],
    [{ kind: "top-p", mass: 1.5 }, "mass: expected a number in (0, 1], got 1.5"],
    [{ kind: "blasst", numerator: 0 }, "numerator: expected a finite number above 0, got 0"],
    [
      { kind: "blasst", numerator: 1, blockSize: 0 },
      "blockSize: expected a whole number of at least 1, got 0",
    ],
    [
      { kind: "given", keptSet: createKeptSet(4, 10) },
      "keptSet: expected 4 heads of 9 keys, got 4 of 10",
    ],
  ])("refuses the rule %j", (rule, message) => {
    expect(refusal({ rule })).toThrow(new AttentionError("invalid-rule", message));
  });

  test("refuses per-head numbers of another count", () => {
    expect(refusal({ rule: { kind: "sift", logThresholds: [0, 0, 0] } })).toThrow(
      new TensorError("length-mismatch", "logThresholds: expected [4] = 4 numbers, got 3"),
    );
  });
});
