import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import {
  createSiftAttention,
  type DecodeBinding,
  type DecodeBuffers,
  type SiftAttention,
  type SiftAttentionOptions,
  type Tuning,
} from "@sift-attention/sift-attention-kernels";
import type { KernelCase } from "../cases/kernel-case.ts";
import type { CaseData } from "../data/case-data.ts";
import { StepInputs } from "./step-inputs.ts";

/** Compiled attention with a binding for each buffer set. */
export interface BoundAttention {
  readonly attention: SiftAttention;
  readonly bindings: readonly DecodeBinding[];
}

/** The kernels of one case, ready to be recorded. */
export interface Subject {
  readonly data: CaseData;
  /** Sifts at every context. */
  readonly sifting: BoundAttention;
  /** With the default gate: short contexts run as full attention. The same as `sifting` where the case is longer. */
  readonly byDefault: BoundAttention;
  /** Sifts in one pass at every context; where the settings ask for it. */
  readonly sampling: BoundAttention | undefined;
  /** What one-pass sifts take for the log-sum-exp, by the keys that they see: [batch, queryHeads]. */
  readonly estimates: ReadonlyMap<number, Float32Array>;
  readonly inputs: StepInputs;
  /** f32 [batch, queryHeads, headDim]. */
  readonly output: GpuBuffer<"f32">;
  /** u32 [batch, queryHeads, 4]. */
  readonly statistics: GpuBuffer<"u32">;
  dispose(): void;
}

/** What of a case's kernels is chosen. */
export interface SubjectOptions {
  /** The kernels' default where there is none. */
  readonly tuning: Tuning | undefined;
  /** Whether top-k is compiled. */
  readonly topK: boolean;
  /** Keys that steps of one-pass sifts see; none compiles none. */
  readonly sampledContexts: readonly number[];
}

function attentionOptions(
  { shape, batch, context, kvType }: KernelCase,
  { tuning, topK }: SubjectOptions,
): SiftAttentionOptions {
  return {
    geometry: shape.geometry,
    kvType,
    slots: batch,
    capacity: context,
    quantiles: false,
    topK,
    ...(tuning === undefined ? {} : { tuning }),
  };
}

/**
 * Compiles the kernels and binds the data.
 * @throws SiftError and GpuError where the device cannot have them; nothing is left behind but `data`.
 */
export async function createSubject(
  gpu: Gpu,
  data: CaseData,
  chosen: SubjectOptions,
): Promise<Subject> {
  const owned: { dispose(): void }[] = [];
  const own = <Part extends { dispose(): void }>(part: Part): Part => {
    owned.push(part);
    return part;
  };
  const dispose = () => {
    for (const part of owned) part.dispose();
  };
  try {
    const options = attentionOptions(data.kernelCase, chosen);
    const attention = own(await createSiftAttention(gpu, { ...options, denseBelow: 0 }));
    const inputs = own(new StepInputs(gpu, attention, data.kernelCase, data.bands));
    const output = own(createOutput(gpu, data.kernelCase));
    const statistics = own(createStatistics(gpu, data.kernelCase));
    const buffers = { queries: data.queriesBuffer, ...inputs.live, output, statistics };
    const sifting = bindSets(attention, data, buffers);
    const { batch, context } = data.kernelCase;
    const isGated = attention.tuning.entries.denseBelow > batch * context;
    const byDefault = isGated
      ? bindSets(own(await createSiftAttention(gpu, { ...options, topK: false })), data, buffers)
      : sifting;
    const estimated = own(createEstimates(gpu, data.kernelCase));
    const sampling =
      chosen.sampledContexts.length === 0
        ? undefined
        : bindSets(
            own(
              await createSiftAttention(gpu, {
                ...options,
                topK: false,
                denseBelow: 0,
                normaliser: "sampled",
              }),
            ),
            data,
            { ...buffers, estimates: estimated },
          );
    const estimates = new Map<number, Float32Array>();
    for (const contextLength of sampling ? chosen.sampledContexts : []) {
      gpu.submit((encoder) => {
        inputs.selector({ contextLength, fraction: 1 })(encoder);
        const pass = encoder.beginComputePass();
        const step = { sequences: batch, longestContext: contextLength };
        sampling!.attention.recordSifted(pass, sampling!.bindings[0]!, step);
        pass.end();
      });
      estimates.set(contextLength, await gpu.read(estimated));
    }
    const bound = { sifting, byDefault, sampling, estimates };
    return { data, ...bound, inputs, output, statistics, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function bindSets(
  attention: SiftAttention,
  { sets }: CaseData,
  buffers: Omit<DecodeBuffers, "keys" | "values">,
): BoundAttention {
  const bindings = sets.map((set) => attention.bind({ ...buffers, ...set }));
  return { attention, bindings };
}

function createOutput(gpu: Gpu, { shape, batch }: KernelCase): GpuBuffer<"f32"> {
  const { queryHeads, headDim } = shape.geometry;
  return gpu.createBuffer({
    label: "output",
    dtype: "f32",
    shape: [batch, queryHeads, headDim],
    usage: "storage",
  });
}

function createStatistics(gpu: Gpu, { shape, batch }: KernelCase): GpuBuffer<"u32"> {
  return gpu.createBuffer({
    label: "statistics",
    dtype: "u32",
    shape: [batch, shape.geometry.queryHeads, 4],
    usage: "storage",
  });
}

function createEstimates(gpu: Gpu, { shape, batch }: KernelCase): GpuBuffer<"f32"> {
  return gpu.createBuffer({
    label: "estimates",
    dtype: "f32",
    shape: [batch, shape.geometry.queryHeads],
    usage: "storage",
  });
}
