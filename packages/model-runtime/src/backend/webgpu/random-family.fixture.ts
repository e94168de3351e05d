import { crc32 } from "node:zlib";
import { createRandom } from "@sift-attention/testing/random";
import { toTensor } from "../../../test/tiny-model.ts";
import { createFamilyFolder, type FamilyCase } from "../../golden/family-case.fixture.ts";
import { blueprintTensors } from "../../layers/blueprint-tensors.ts";
import { findFamily } from "../../layers/find-family.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type { ModelFiles } from "../../weights/model-files.ts";
import { openModelFiles } from "../../weights/open-model-files.ts";

const headDim = 32; // the least that the attention kernels take

/** A family's golden model with wider heads, and seeded weights for them. */
export async function randomFamilyFiles(
  name: FamilyCase,
): Promise<Pick<ModelFiles, "config" | "tensors">> {
  const files = await openModelFiles({ files: createFamilyFolder(name) });
  const config = widen(files.config);
  const has = (tensor: string): boolean => files.tensors.has(tensor);
  const needs = blueprintTensors(findFamily(config.family).blueprint(config, has));
  const tensors = new Map(needs.map((need) => [need.name, randomTensor(need.name, need.shape)]));
  await files.close();
  return { config, tensors };
}

function widen(config: ModelConfig): ModelConfig {
  const { rotary, slidingWindow } = config;
  return {
    ...config,
    headDim,
    // GPT-2's projections are as wide as its hidden state.
    ...(config.family === "gpt2" && { hiddenSize: config.queryHeads * headDim }),
    ...(rotary && { rotary: { ...rotary, dimensions: headDim } }),
    ...(slidingWindow?.rotary && {
      slidingWindow: { ...slidingWindow, rotary: { ...slidingWindow.rotary, dimensions: headDim } },
    }),
  };
}

/** Norms lie around 1, all else around 0. */
function randomTensor(name: string, shape: readonly number[]): ReturnType<typeof toTensor> {
  const random = createRandom(crc32(name));
  const middle = /norm.*weight|ln_.*weight/.test(name) ? 1 : 0;
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Float32Array.from({ length: count }, () => middle + 0.5 * (random() - 0.5));
  return toTensor(name, shape, numbers);
}
