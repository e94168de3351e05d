// Loads the prebuilt llama.cpp of the npm package node-llama-cpp from .cache/peers, or from SIFT_PEERS, and opens a model.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = process.env.SIFT_PEERS
  ? pathToFileURL(`${resolve(process.env.SIFT_PEERS)}/`)
  : new URL("../../.cache/peers/", import.meta.url);

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

/**
 * A model and a context of `contextSize` tokens for each of `sequences` sequences: on the CPU, or with all layers on the
 * GPU that `gpu` names, "vulkan" or "cuda".
 */
export async function openLlama(
  modelPath,
  { contextSize, sequences = 1, threads = 2, gpu = false },
) {
  const { getLlama } = await importLlama();
  const llama = await getLlama({ gpu, build: "never", logLevel: "error" });
  const model = await llama.loadModel({ modelPath, gpuLayers: gpu ? "max" : 0 });
  const context = await model.createContext({ contextSize, sequences, threads, batchSize: 512 });
  return { llama, model, context };
}
