import type { Gpu } from "@sift-attention/gpu";
import type { LoadProgress, OpenModelOptions } from "../../open-options.ts";
import type { DecodeRow, ModelBackend, SequenceSlots, SlotsOptions } from "../model-backend.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import type { SlotCache } from "./slot-cache.ts";
import type { StepProfile } from "./step-profile.ts";

/** How a model comes onto a GPU. */
export interface WebgpuBackendOptions {
  /** Default "hardware": a software adapter is slower than the CPU backend and must be asked for. */
  readonly adapter?: "hardware" | "software" | "any";
  /** A device that stays the caller's, instead of one that is opened here. */
  readonly device?: GPUDevice;
  /** As in `OpenModelOptions`. Default "f16". */
  readonly kvType?: NonNullable<OpenModelOptions["kvType"]>;
  /** Bytes that weights, caches and scratch may take together. Default: what the device gives. */
  readonly memoryBytes?: number;
  /** Sifted steps of fewer keys, sequences × longest context, keep every key, where that is faster. Default 0: none. */
  readonly denseBelow?: number;
  /** Rows of a `run` at most. Default 512. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
  /** Stage "weights" names each tensor, "backend" the memory plan and then each kernel. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** A model on a GPU. */
export interface WebgpuBackend extends ModelBackend {
  readonly kind: "webgpu";
  readonly plan: MemoryPlan;
  readonly gpu: Gpu;
  createSlots(options: SlotsOptions): Promise<WebgpuSequenceSlots>;
}

/** Sequences on a GPU, whose cache is there to be looked at and written to. */
export interface WebgpuSequenceSlots extends SequenceSlots {
  readonly cache: SlotCache;
  /**
   * Times the step of these rows on the device, `samples` times over. What their slots hold from the rows' positions on
   * is gone then.
   * @throws ModelError "no-backend" without timestamps, "bad-option" for rows that one step does not run.
   */
  profile(rows: readonly DecodeRow[], samples: number): Promise<StepProfile>;
}
