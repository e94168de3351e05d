// Loads the prebuilt llama.cpp of the npm package node-llama-cpp from .cache/peers and opens a model on the CPU.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = new URL("../../.cache/peers/", import.meta.url);

async function importLlama() {
  if (!existsSync(new URL("node_modules/node-llama-cpp/", folder))) {
    console.error(
      "node-llama-cpp is missing: npm install --prefix .cache/peers --no-save node-llama-cpp@3.22.1",
    );
    process.exit(2);
  }
  const require = createRequire(fileURLToPath(new URL("package.json", folder)));
  return import(pathToFileURL(require.resolve("node-llama-cpp")).href);
}

/** A model on the CPU and a context of `contextSize` tokens for each of `sequences` sequences. */
export async function openLlama(modelPath, { contextSize, sequences = 1, threads = 2 }) {
  const { getLlama } = await importLlama();
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize, sequences, threads, batchSize: 512 });
  return { model, context };
}
