// Speed of llama.cpp on the CPU: node llama-cpp-speed.mjs MODEL.gguf [threads]
import { openLlama } from "./llama-cpp.mjs";
import {
  contextLengths,
  decodeTokens,
  median,
  promptTokens,
  repeats,
  spread,
} from "./speed-workload.mjs";

const [modelPath, threadsText = "2"] = process.argv.slice(2);
const threads = Number(threadsText);

const opened = performance.now();
const { model, context } = await openLlama(modelPath, { contextSize: 8192, threads });
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
let firstTokenMs;
for await (const _ of context
  .getSequence()
  .evaluate(promptTokens(20, vocabulary), { temperature: 0 })) {
  firstTokenMs = performance.now() - opened;
  break;
}
await context.dispose();
const rows = [];
for (const contextLength of contextLengths) {
  const prefill = [];
  const decode = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const fresh = await model.createContext({ contextSize: 8192, threads, batchSize: 512 });
    const tokens = fresh
      .getSequence()
      .evaluate(promptTokens(contextLength, vocabulary), { temperature: 0, yieldEogToken: true });
    const begun = performance.now();
    await tokens.next();
    const first = performance.now();
    for (let i = 0; i < decodeTokens; i++) await tokens.next();
    prefill.push((contextLength * 1000) / (first - begun));
    decode.push((decodeTokens * 1000) / (performance.now() - first));
    await fresh.dispose();
  }
  rows.push({
    contextLength,
    prefillTokensPerSecond: Math.round(median(prefill)),
    decodeTokensPerSecond: Number(median(decode).toFixed(1)),
    decodeSpread: spread(decode),
  });
}
console.table(rows);
console.log({
  threads,
  firstTokenMs: Math.round(firstTokenMs),
  rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
});
process.exit(0);
