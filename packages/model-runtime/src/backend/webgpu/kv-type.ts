import type { Gpu } from "@sift-attention/gpu";
import type { KvType } from "@sift-attention/sift-attention-kernels";
import { appendBuffers } from "../../gpu-ops/append/append-kernel.ts";
import type { DecoderBlueprint } from "../../layers/decoder-blueprint.ts";
import { ModelError } from "../../model-error.ts";
import type { WebgpuBackendOptions } from "./webgpu-backend.ts";

const wholeNumberFeature = "packed_4x8_integer_dot_product";
const guaranteedBuffers = 8;

/** The option's value as the kernels call it. */
export function kvTypeOf(option: WebgpuBackendOptions["kvType"] = "f16"): KvType {
  return option === "int8" ? "i8" : option;
}

/** What a device must have for keys and values of eight bits. */
export interface KvDevice {
  readonly storageBuffers: number;
  /** Undefined where the implementation does not tell. */
  readonly languageFeatures: Pick<ReadonlySet<string>, "has"> | undefined;
}

/** What a device offers; language features are told by the page's WebGPU and not by the device. */
export function kvDeviceOf({ report }: Gpu): KvDevice {
  const { maxStorageBuffersPerShaderStage: storageBuffers = guaranteedBuffers } = report.limits;
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: GPU } };
  const languageFeatures = navigator?.gpu?.wgslLanguageFeatures;
  return { storageBuffers, languageFeatures };
}

/** @throws ModelError "no-backend" for a device whose shaders cannot append rows of this type. */
export function expectKvType(
  kvType: KvType,
  { layers }: Pick<DecoderBlueprint, "layers">,
  device: KvDevice,
): void {
  if (kvType !== "i8") return;
  if (device.languageFeatures?.has(wholeNumberFeature) === false) {
    refuse(`WGSL with ${wholeNumberFeature}`, "one without");
  }
  const needed = layers.map(({ attention: { queryNorm } }) =>
    appendBuffers({ kvType, ...(queryNorm && { headNorms: queryNorm }) }),
  );
  const most = Math.max(...needed);
  if (device.storageBuffers >= most) return;
  refuse(`a device of ${most} storage buffers a shader`, `${device.storageBuffers}`);
}

function refuse(expected: string, got: string): never {
  throw new ModelError(
    "no-backend",
    `webgpu: kvType "int8": expected ${expected}, got ${got}; take kvType "f16"`,
  );
}
