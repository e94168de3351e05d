// Speed and memory of a model on this project's CPU backend, from the built package:
//   node tooling/peers/sift-speed.mjs MODEL [threads] [context,context,…]
import { openModel } from "../../packages/model-runtime/dist/index.js";
import {
  contextLengths,
  decodeTokens,
  median,
  promptTokens,
  repeats,
  spread,
} from "./speed-workload.mjs";

const [modelPath, threadsText = "2", contextsText = contextLengths.join()] = process.argv.slice(2);
const siftWarmup = 16;

const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);

const emptyBytes = process.memoryUsage.rss();
const opened = performance.now();
const model = await openModel(modelPath, { threads: Number(threadsText) });
const { vocabularySize, stopTokens } = model.config;
const neverStop = new Map(stopTokens.map((id) => [id, -100]));
const loadedBytes = process.memoryUsage.rss();

/** One generation: when its first token came, and its speed once the warmup is over. */
async function generate(contextLength, attention, maxTokens) {
  const session = await model.createSession({ contextLength: contextLength + maxTokens });
  const begun = performance.now();
  const times = [];
  const prompt = promptTokens(contextLength, vocabularySize);
  const settings = { maxTokens, attention, temperature: 0, logitBias: neverStop };
  let statistics;
  for await (const token of session.generate(prompt, settings)) {
    times.push(performance.now());
    statistics = token.statistics ?? statistics;
  }
  session.dispose();
  const rows = statistics && statistics.valueRowsRead + statistics.valueRowsSkipped;
  return {
    prefill: (contextLength * 1000) / (times[0] - begun),
    decode: (decodeTokens * 1000) / (times.at(-1) - times.at(-1 - decodeTokens)),
    union: rows && statistics.valueRowsRead / rows,
  };
}

const first = await model.createSession({ contextLength: 64 });
await first
  .generate(promptTokens(20, vocabularySize), { attention: { kind: "full" }, temperature: 0 })
  .next();
first.dispose();
const firstTokenMs = performance.now() - opened;

const modes = { full: { kind: "full" }, sift: { kind: "sift", warmup: siftWarmup } };
const samples = new Map();
for (let repeat = 0; repeat < repeats; repeat++) {
  for (const contextLength of contextsText.split(",").map(Number)) {
    for (const [name, attention] of Object.entries(modes)) {
      const sample = await generate(contextLength, attention, siftWarmup + 2 + decodeTokens);
      const key = `${contextLength} ${name}`;
      samples.set(key, [...(samples.get(key) ?? []), sample]);
    }
  }
}
const table = {};
for (const [key, list] of samples) {
  const decode = list.map((sample) => sample.decode);
  table[key] = {
    prefillTokensPerSecond: Math.round(median(list.map((sample) => sample.prefill))),
    decodeTokensPerSecond: Number(median(decode).toFixed(1)),
    decodeSpread: spread(decode),
    valueRowsRead: Number(list[0].union.toFixed(2)),
  };
}
console.table(table);
console.log({
  backend: model.info.backendDescription,
  weightMiB: mebibytes(model.info.weightBytes),
  rssBeforeMiB: mebibytes(emptyBytes),
  rssAfterLoadMiB: mebibytes(loadedBytes),
  openAndFirstTokenMs: Math.round(firstTokenMs),
});
await model.dispose();
