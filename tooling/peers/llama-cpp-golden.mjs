// Greedy continuations by llama.cpp: node llama-cpp-golden.mjs MODEL.gguf PROMPTS.json OUT.golden.json
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { openLlama } from "./llama-cpp.mjs";

const [modelPath, promptsPath, outPath] = process.argv.slice(2);
const prompts = JSON.parse(readFileSync(promptsPath, "utf8"));
const mostTokens = 64;
const { model, context } = await openLlama(modelPath, {
  contextSize: 512,
  sequences: prompts.length,
});

/** ln p of the most likely token minus ln p of the second: the gap between their logits. */
function gapOf(probabilities) {
  const [first, second] = [...probabilities.values()].sort((a, b) => b - a);
  return Number((Math.log(first) - Math.log(second)).toFixed(5));
}

async function continueGreedily(text) {
  const ids = model.tokenize(text, true);
  const greedy = [];
  const gaps = [];
  const tokens = context
    .getSequence()
    .evaluateWithMetadata(ids, { probabilities: true }, { temperature: 0 });
  for await (const { token, probabilities } of tokens) {
    greedy.push(token);
    gaps.push(gapOf(probabilities));
    if (model.isEogToken(token) || greedy.length === mostTokens) break;
  }
  return { text, ids: [...ids], greedy, gaps };
}

const cases = [];
for (const text of prompts) cases.push(await continueGreedily(text));
const golden = {
  tool: "llama.cpp in node-llama-cpp 3.22.1, CPU",
  model: basename(modelPath),
  cases,
};
writeFileSync(outPath, `${JSON.stringify(golden)}\n`);
process.exit(0);
