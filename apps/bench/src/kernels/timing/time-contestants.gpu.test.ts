import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import type { Contestant } from "../run/contestant.ts";
import { timeContestants } from "./time-contestants.ts";

const gpu = await openTestGpu(openGpu);
const options = { sets: 3, stepsPerSample: 2, samples: 2, warmUpMs: 0 };

function recording(log: string[]): (kernel: Contestant["kernel"]) => Contestant {
  return (kernel) => ({
    kernel,
    fraction: 1,
    prepare: () => log.push(`prepare ${kernel}`),
    record: (_, set) => log.push(`${kernel} ${set}`),
  });
}

describe("timeContestants", () => {
  test("lets contestants take turns, begins each round with another, and walks through the sets", async () => {
    const log: string[] = [];
    const contestants = (["full", "sifted"] as const).map(recording(log));
    const times = await timeContestants(gpu, contestants, options);
    expect(times.map((each) => each.length)).toEqual([2, 2]);
    const warmUpRound = [
      "prepare full",
      /full \d/,
      /full \d/,
      "prepare sifted",
      /sifted \d/,
      /sifted \d/,
    ];
    for (const [i, entry] of warmUpRound.entries()) expect(log[i]).toMatch(entry);
    expect(log.slice(-12)).toEqual([
      ...["prepare full", "full 2", "full 0", "prepare sifted", "sifted 1", "sifted 2"],
      ...["prepare sifted", "sifted 0", "sifted 1", "prepare full", "full 2", "full 0"],
    ]);
  });

  test("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const contestants = (["full"] as const).map(recording([]));
    await expect(timeContestants(gpu, contestants, { ...options, signal })).rejects.toThrow(
      "enough",
    );
  });
});
