import type { Gpu, GpuBuffer, Kernel } from "@sift-attention/gpu";
import type { DecodeSequence } from "../decode-sequence.ts";
import { partCount, partPitch } from "../kernels/part-count.ts";
import { rowChunk } from "../kernels/shared-constants.ts";
import { packSequences } from "../pack-sequences.ts";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { planAttention, planLimits } from "../plan/plan-attention.ts";
import type { PlannedKernel } from "../plan/planned-kernel.ts";
import { workspaceShapes } from "../plan/workspace.ts";
import { resolveOptions } from "../resolve-options.ts";
import type { SiftAttentionOptions } from "../sift-attention-options.ts";
import { defaultTuning } from "../tuning/default-tuning.ts";
import type { SubgroupSize } from "../variant.ts";
import { selectShapes } from "./select-shapes.ts";

/** The plan of some options on a device, without its probe of subgroups. */
export function planFor(
  gpu: Gpu,
  options: SiftAttentionOptions,
  subgroupSize: SubgroupSize,
): AttentionPlan {
  const variant = { subgroupSize, nativeF16: false };
  const limits = planLimits(gpu.report.limits);
  const { geometry, kvType } = options;
  const tuning = defaultTuning(gpu.report, { geometry, kvType, variant }, limits);
  return planAttention(resolveOptions(options, gpu.report.limits), variant, { tuning, limits });
}

/** A sequence, and the scores of its visible keys for each query head: [queryHeads][visible]. */
export interface ScoredSequence {
  readonly sequence: DecodeSequence;
  readonly scores: readonly Float32Array[];
}

/** ln Σ exp of some scores as (maximum, Σ exp(score − maximum)). */
function statsOf(scores: readonly number[]): readonly [number, number] {
  const top = Math.max(...scores);
  return [top, scores.reduce((sum, score) => sum + Math.exp(score - top), 0)];
}

/** The kernels of a selection over scores that come from here instead of a score pass. */
export class SelectRig {
  readonly plan: AttentionPlan;
  readonly #gpu: Gpu;
  readonly #dispatches: readonly { kernel: Kernel; group: GPUBindGroup; planned: PlannedKernel }[];
  readonly buffers: Readonly<Record<string, GpuBuffer>>;

  private constructor(
    gpu: Gpu,
    plan: AttentionPlan,
    planned: readonly { readonly planned: PlannedKernel; readonly kernel: Kernel }[],
  ) {
    const { batch, geometry } = plan.options;
    const shapes: Readonly<Record<string, readonly number[]>> = {
      ...workspaceShapes(plan),
      ...selectShapes(plan),
      sequences: [batch, 4],
      quantiles: [batch, geometry.queryHeads],
    };
    this.#gpu = gpu;
    this.plan = plan;
    this.buffers = Object.fromEntries(
      Object.entries(shapes).map(([label, shape]) => [
        label,
        gpu.createBuffer({ label, dtype: "u32", shape, usage: "storage" }),
      ]),
    );
    this.#dispatches = planned.map(({ planned, kernel }) => {
      const bound = Object.fromEntries(planned.bindings.map((name) => [name, this.buffers[name]!]));
      return { planned, kernel, group: kernel.bind(bound) };
    });
  }

  static async create(
    gpu: Gpu,
    plan: AttentionPlan,
    planned: readonly PlannedKernel[],
  ): Promise<SelectRig> {
    const compiled = await Promise.all(
      planned.map(async (planned) => ({ planned, kernel: await planned.compile(gpu) })),
    );
    return new SelectRig(gpu, plan, compiled);
  }

  /** Fills the buffers that the score pass would have written. */
  load(step: readonly ScoredSequence[]): void {
    const sequences = packSequences(
      this.plan.options,
      step.map(({ sequence }) => sequence),
    );
    this.#gpu.write(this.buffers.sequences!, sequences);
    this.#gpu.write(this.buffers.scores!, this.scoreWords(step));
    this.#gpu.write(this.buffers.score_stats!, this.statWords(step));
  }

  /** Runs the selection over what is loaded. */
  run(step: readonly ScoredSequence[]): void {
    const longestContext = Math.max(...step.map(({ sequence }) => sequence.contextLength));
    const counts = { sequences: step.length, longestContext };
    this.#gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      for (const { kernel, group, planned } of this.#dispatches) {
        kernel.record(pass, group, [planned.grid.x(counts), planned.grid.y, step.length]);
      }
      pass.end();
    });
  }

  /** The head of a block's column, or undefined for a column past its heads. */
  headOf(row: number, column: number): number | undefined {
    const { groupSize, blocks, blockHeads } = this.plan.blocks;
    const inGroup = (row % blocks) * blockHeads + column;
    if (column >= blockHeads || inGroup >= groupSize) return undefined;
    return Math.floor(row / blocks) * groupSize + inGroup;
  }

  /** [batch, HEAD_BLOCKS, capacity, BLOCK_PITCH]; what no key and no head owns is a number that would be noticed. */
  scoreWords(step: readonly ScoredSequence[]): Float32Array<ArrayBuffer> {
    const { headBlocks, blockPitch } = this.plan.blocks;
    const { capacity } = this.plan.options;
    const words = new Float32Array(step.length * headBlocks * capacity * blockPitch).fill(7e7);
    for (const [z, { scores }] of step.entries()) {
      for (let row = 0; row < headBlocks; row++) {
        for (let column = 0; column < blockPitch; column++) {
          const own = scores[this.headOf(row, column) ?? -1] ?? [];
          const first = (z * headBlocks + row) * capacity * blockPitch + column;
          for (const [i, score] of own.entries()) words[first + i * blockPitch] = score;
        }
      }
    }
    return words;
  }

  /** [batch · HEAD_BLOCKS · parts, BLOCK_PITCH, 2], as the score pass divides its work. */
  statWords(step: readonly ScoredSequence[]): Float32Array<ArrayBuffer> {
    const { headBlocks, blockPitch } = this.plan.blocks;
    const chunk = rowChunk(this.plan.scores);
    const pitch = partPitch(this.plan.scores.workgroups, headBlocks, step.length);
    const words = new Float32Array(step.length * headBlocks * pitch * blockPitch * 2).fill(7e7);
    for (const [z, { scores }] of step.entries()) {
      const parts = partCount(scores[0]!.length, chunk, pitch);
      for (let row = 0; row < headBlocks; row++) {
        for (let column = 0; column < blockPitch; column++) {
          const own = scores[this.headOf(row, column) ?? -1];
          if (!own) continue;
          for (let part = 0; part < parts; part++) {
            const of = [...own].filter((_, i) => Math.floor(i / chunk) % parts === part);
            const at = ((z * headBlocks + row) * pitch + part) * blockPitch + column;
            words.set(statsOf(of), at * 2);
          }
        }
      }
    }
    return words;
  }
}
