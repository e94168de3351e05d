import type { Gpu } from "@sift-attention/gpu";
import { loadDecoderWeights } from "../../gpu-layers/decoder-weights.ts";
import { createGpuDecoder } from "../../gpu-layers/gpu-decoder.ts";
import { hasSeparateGates } from "../../gpu-layers/weight-stacks.ts";
import { blueprintTensors } from "../../layers/blueprint-tensors.ts";
import type { DecoderBlueprint } from "../../layers/decoder-blueprint.ts";
import { findFamily } from "../../layers/find-family.ts";
import { findTensors } from "../../layers/tensor-need.ts";
import type { ModelFiles } from "../../weights/model-files.ts";
import { DeviceBackend } from "./device-backend.ts";
import { expectGeometry } from "./expect-geometry.ts";
import { expectKvType, kvDeviceOf, kvTypeOf } from "./kv-type.ts";
import { expectWeightsFit, planMemory } from "./memory-plan.ts";
import { expectNotAborted, openDevice } from "./open-device.ts";
import { toModelError } from "./to-model-error.ts";
import type { WebgpuBackend, WebgpuBackendOptions } from "./webgpu-backend.ts";

const usualRows = 512; // enough that weights are read seldom, few enough that an abort takes effect soon
const mostBatch = 16; // rows of a step, and of logits at a time

/**
 * Opens a device and brings a model's weights and kernels onto it.
 * @throws ModelError "no-backend" with the reason, "out-of-memory" with the numbers, "unsupported-architecture",
 * "missing-tensor", "bad-tensor", "aborted"; nothing stays allocated then.
 */
export async function createWebgpuBackend(
  files: Pick<ModelFiles, "config" | "tensors">,
  options: WebgpuBackendOptions = {},
): Promise<WebgpuBackend> {
  const { config, tensors } = files;
  const blueprint = findFamily(config.family).blueprint(config, (name) => tensors.has(name));
  expectGeometry(blueprint.geometry);
  findTensors(files, blueprintTensors(blueprint));
  const gpu = await openDevice(options);
  try {
    return await load(gpu, { blueprint, files }, options);
  } catch (error) {
    gpu.dispose();
    throw toModelError(error);
  }
}

/** A model before it is loaded. */
interface DecoderFiles {
  readonly blueprint: DecoderBlueprint;
  readonly files: Pick<ModelFiles, "tensors">;
}

async function load(
  gpu: Gpu,
  { blueprint, files: { tensors } }: DecoderFiles,
  options: WebgpuBackendOptions,
): Promise<WebgpuBackend> {
  const { maxRows = usualRows, memoryBytes, signal, onProgress } = options;
  const kvType = kvTypeOf(options.kvType);
  expectKvType(kvType, blueprint, kvDeviceOf(gpu));
  const separateGates = hasSeparateGates(blueprint, (name) => tensors.get(name)!.format);
  const rows = { maxRows, logitsRows: mostBatch, separateGates };
  const { limits } = gpu.report;
  const plan = planMemory(blueprint, { tensors, limits, rows, kvType, memoryBytes });
  const tell = (item: string): void => {
    expectNotAborted(signal);
    onProgress?.({ stage: "backend", item, bytesDone: 0, bytesTotal: plan.weightBytes });
  };
  tell(plan.description);
  expectWeightsFit(plan);
  const bytesTotal = storedBytes(blueprint, tensors);
  const weights = await loadDecoderWeights(gpu, blueprint, {
    tensors,
    bytesTotal,
    signal,
    onProgress,
  });
  const layers = blueprint.layers.length;
  const onLayer = (layer: number): void => tell(`kernels of layer ${layer + 1} of ${layers}`);
  const decoder = await createGpuDecoder(gpu, { blueprint, weights, rows, onLayer });
  expectNotAborted(signal);
  const { denseBelow = 0 } = options;
  return new DeviceBackend({ gpu, plan, decoder, weights, kvType, denseBelow, batch: mostBatch });
}

/** Bytes of the tensors in their files. */
function storedBytes(blueprint: DecoderBlueprint, tensors: ModelFiles["tensors"]): number {
  return blueprintTensors(blueprint).reduce(
    (bytes, { name }) => bytes + tensors.get(name)!.byteLength,
    0,
  );
}
