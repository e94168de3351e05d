import type { Batch, GeneratedToken } from "@sift-attention/model-runtime";
import type { DecodeMethod } from "../decode-settings.ts";
import type { DecodeSpeedRow } from "../report/decode-row.ts";
import type { DecodeCase } from "./decode-case.ts";
import { decodeMode } from "./decode-modes.ts";
import { decodePrompt } from "./decode-prompt.ts";
import type { DecodeMeasuring } from "./measure-decode.ts";
import { meanOf } from "./sample-generation.ts";
import { spreadOf } from "./spread.ts";

interface BatchSample {
  readonly tokensPerSecond: number;
  readonly keptUnion: number;
}

const batchSamples = 5; // each decodes `batch` times as many tokens

/** Decode speed of several sequences together. */
export async function measureBatch(
  { opened, settings, signal }: DecodeMeasuring,
  { context, batch: slots }: Extract<DecodeCase, { kind: "decode" }>,
): Promise<readonly DecodeSpeedRow[]> {
  const { model, backend } = opened;
  backend.plants = context > settings.plantAbove;
  // Prompts are read one after the other, a chunk a step, while the sequences before them decode already.
  const waiting = slots * Math.ceil(context / backend.maxRows);
  const contextLength = context + settings.warmup + settings.tokens + waiting + 8;
  const batch = await model.createBatch({ slots, contextLength });
  try {
    const { methods } = settings;
    const taken = new Map<DecodeMethod, BatchSample[]>(methods.map((method) => [method, []]));
    const rounds = Math.min(settings.samples, batchSamples);
    for (let round = -1; round < rounds; round++) {
      for (const method of methods) {
        const sample = await sampleBatch(batch, { opened, settings, signal }, { method, context });
        if (round >= 0) taken.get(method)!.push(sample);
      }
    }
    return methods.map((method): DecodeSpeedRow => {
      const samples = taken.get(method)!;
      return {
        ...{ model: opened.name, context, batch: slots, method },
        tokensPerSecond: spreadOf(samples.map((each) => each.tokensPerSecond)),
        keptUnion: samples.at(-1)!.keptUnion,
        isPlanted: backend.plants,
        liveBytes: backend.inner.gpu.memory.liveBytes,
        kvBytes: backend.lastSlots.cache.byteLength,
      };
    });
  } finally {
    batch.dispose();
  }
}

/** From the moment when every sequence has its warmup behind it until the first one ends. */
async function sampleBatch(
  batch: Batch,
  { opened, settings, signal }: DecodeMeasuring,
  { method, context }: { readonly method: DecodeMethod; readonly context: number },
): Promise<BatchSample> {
  const { warmup, tokens } = settings;
  const attention = decodeMode(method, settings);
  const { vocabularySize } = opened.model.config;
  const sequences = Array.from({ length: batch.slots }, (_, i) => {
    const prompt = decodePrompt(context, vocabularySize, i);
    const addition = batch.add(prompt, { attention, temperature: 0, signal });
    if (addition.kind !== "added") throw new Error(`batch: expected room, got ${addition.kind}`);
    return addition.sequence;
  });
  const steps = new Map(sequences.map((sequence) => [sequence, 0]));
  let [timed, union, begun, ended] = [0, 0, 0, false];
  while (!ended) {
    signal.throwIfAborted();
    for (const event of await batch.step()) {
      if (event.kind === "end") {
        ended = true;
        continue;
      }
      steps.set(event.sequence, event.token.step);
      if (begun === 0) continue;
      timed++;
      union += unionOf(event.token);
    }
    const least = Math.min(...steps.values());
    if (begun === 0 && least > warmup) begun = performance.now();
    if (begun > 0 && timed >= tokens * batch.slots) break;
  }
  const seconds = (performance.now() - begun) / 1000;
  for (const sequence of sequences) batch.remove(sequence);
  return { tokensPerSecond: timed / seconds, keptUnion: union / timed };
}

function unionOf({ statistics }: GeneratedToken): number {
  return statistics ? meanOf(statistics.unionFraction) : 1;
}
