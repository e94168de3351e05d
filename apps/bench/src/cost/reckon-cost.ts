import { BenchError } from "../bench-error.ts";
import {
  type AnswerSpeeds,
  breakEvenTokens,
  pricePerMillion,
  siftedSeconds,
} from "./break-even.ts";
import type { BreakEvenRow, CostRecord, CostSettings, PriceRow } from "./cost-record.ts";
import type { MeasuredSpeed } from "./measured-speed.ts";

/** How to read the numbers, in the words of apps/bench/README.md. */
const PROTOCOL = [
  "Price of a million tokens = price per hour / 3,600 / tokens per second · 1,000,000; tokens per second are of all sequences of the batch together.",
  "An answer of n tokens under a sift takes its warmup's tokens at the warmup's speed and the rest at the sift's; under full attention all at full attention's speed. The context stays as it was measured, the prompt's prefill costs both the same.",
  "Break-even is the shortest answer that costs no more than under full attention; it does not depend on the price.",
] as const;

/** @throws BenchError when no case has both full attention and a sift. */
export function reckonCost(
  speeds: readonly MeasuredSpeed[],
  settings: CostSettings,
  sources: readonly string[],
): CostRecord {
  const breakEvens = speeds.flatMap((speed) => breakEvenOf(speed, speeds, settings));
  if (breakEvens.length === 0) {
    throw new BenchError(
      "cost: expected full attention and a sift in the same model, context and batch, got none such pair",
    );
  }
  const prices = speeds.map((speed) => priceOf(speed, speeds, settings));
  return { kind: "cost", settings, protocol: PROTOCOL, sources, speeds, prices, breakEvens };
}

function fullOf(speed: MeasuredSpeed, speeds: readonly MeasuredSpeed[]): MeasuredSpeed | undefined {
  const { model, context, batch } = speed;
  return speeds.find(
    (other) =>
      other.method === "full" &&
      other.model === model &&
      other.context === context &&
      other.batch === batch,
  );
}

function priceOf(
  speed: MeasuredSpeed,
  speeds: readonly MeasuredSpeed[],
  { pricesPerHour }: CostSettings,
): PriceRow {
  const { model, context, batch, method, tokensPerSecond } = speed;
  const full = fullOf(speed, speeds);
  return {
    ...{ model, context, batch, method, tokensPerSecond },
    perMillion: pricesPerHour.map((perHour) => pricePerMillion(perHour, tokensPerSecond)),
    ofFull: full ? full.tokensPerSecond / tokensPerSecond : null,
  };
}

function breakEvenOf(
  speed: MeasuredSpeed,
  speeds: readonly MeasuredSpeed[],
  { warmup, warmupShare, answers }: CostSettings,
): BreakEvenRow[] {
  const { model, context, batch, method, tokensPerSecond } = speed;
  const full = fullOf(speed, speeds)?.tokensPerSecond;
  if (!method.startsWith("sift") || full === undefined) return [];
  const rates: AnswerSpeeds = { full, sift: tokensPerSecond, warmup: full * warmupShare };
  return [
    {
      ...{ model, context, batch, method },
      tokens: breakEvenTokens(warmup, rates),
      ofFull: answers.map((tokens) => siftedSeconds(tokens, warmup, rates) / (tokens / full)),
    },
  ];
}
