// Speed of llama.cpp on a GPU:
//   node llama-cpp-gpu-speed.mjs MODEL.gguf --gpu vulkan|cuda [--contexts 512,1024] [--batches 1,4] [--json FILE]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openLlama } from "./llama-cpp.mjs";
import { median, promptTokens } from "./speed-workload.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gpu: { type: "string", default: "vulkan" },
    contexts: { type: "string", default: "512,1024,2048,4096,7900" },
    batches: { type: "string", default: "1" },
    tokens: { type: "string", default: "128" },
    repeats: { type: "string", default: "5" },
    "flash-attention": { type: "boolean", default: true },
    json: { type: "string" },
  },
});
const decodeTokens = Number(values.tokens);
const repeats = Number(values.repeats);

const opened = performance.now();
const { llama, model, context } = await openLlama(positionals[0], {
  contextSize: 512,
  threads: 8,
  gpu: values.gpu !== "none" && values.gpu,
});
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const firstContext = context.getSequence().evaluate(promptTokens(20, vocabulary), {
  temperature: 0,
});
await firstContext.next();
const firstTokenMs = performance.now() - opened;
await firstContext.return();
await context.dispose();

/** Token ids of one sequence: every sequence of a batch gets others. */
function promptOf(contextLength, sequence) {
  const tokens = promptTokens(contextLength + sequence, vocabulary);
  return tokens.slice(sequence);
}

async function sample(contextLength, batch) {
  const fresh = await model.createContext({
    contextSize: contextLength + decodeTokens + 32,
    sequences: batch,
    batchSize: 2048,
    flashAttention: values["flash-attention"],
  });
  const streams = Array.from({ length: batch }, (_, i) =>
    fresh
      .getSequence()
      .evaluate(promptOf(contextLength, i), { temperature: 0, yieldEogToken: true }),
  );
  const begun = performance.now();
  await Promise.all(streams.map((stream) => stream.next()));
  const first = performance.now();
  const steps = [];
  for (let step = 0; step < decodeTokens; step++) {
    const from = performance.now();
    await Promise.all(streams.map((stream) => stream.next()));
    steps.push(performance.now() - from);
  }
  const decodeMs = performance.now() - first;
  await fresh.dispose();
  return { prefillMs: first - begun, decodeMs, stepMs: median(steps) };
}

const rows = [];
for (const contextLength of values.contexts.split(",").map(Number)) {
  for (const batch of values.batches.split(",").map(Number)) {
    const samples = [];
    await sample(contextLength, batch);
    for (let i = 0; i < repeats; i++) samples.push(await sample(contextLength, batch));
    const decode = samples.map(({ decodeMs }) => (batch * decodeTokens * 1000) / decodeMs);
    rows.push({
      contextLength,
      batch,
      prefillTokensPerSecond: median(
        samples.map(({ prefillMs }) => (batch * contextLength * 1000) / prefillMs),
      ),
      decodeTokensPerSecond: median(decode),
      decodeLowest: Math.min(...decode),
      decodeHighest: Math.max(...decode),
      medianStepMs: median(samples.map(({ stepMs }) => stepMs)),
    });
    const { prefillTokensPerSecond, decodeTokensPerSecond, decodeLowest, decodeHighest } =
      rows.at(-1);
    console.log(
      `llama.cpp ${values.gpu} context ${contextLength} batch ${batch}: prefill ${prefillTokensPerSecond.toFixed(0)} tok/s, decode ${decodeTokensPerSecond.toFixed(0)} tok/s (${decodeLowest.toFixed(0)}–${decodeHighest.toFixed(0)})`,
    );
  }
}
const vram = await llama.getVramState();
const result = {
  contestant: `llama.cpp ${values.gpu} (node-llama-cpp 3.22.1)`,
  devices: await llama.getGpuDeviceNames(),
  firstTokenMs,
  vramUsedBytes: vram.used,
  rows,
};
console.log(JSON.stringify({ ...result, rows: undefined }));
if (values.json) writeFileSync(values.json, JSON.stringify(result, undefined, 2));
process.exit(0);
