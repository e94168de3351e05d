import type { Gpu } from "@sift-attention/gpu";
import type { KvType } from "@sift-attention/sift-attention-kernels";
import type { DecoderWeights } from "../../gpu-layers/decoder-weights.ts";
import type { GpuDecoder } from "../../gpu-layers/gpu-decoder.ts";
import type { MemoryPlan } from "./memory-plan.ts";

/** What a backend holds on its device. */
export interface BackendParts {
  readonly gpu: Gpu;
  readonly plan: MemoryPlan;
  readonly decoder: GpuDecoder;
  readonly weights: DecoderWeights;
  readonly kvType: KvType;
  readonly denseBelow: number;
  /** Rows of a step at most. */
  readonly batch: number;
}
