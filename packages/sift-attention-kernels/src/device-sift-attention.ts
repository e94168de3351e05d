import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import {
  type BoundRoutes,
  bindRoutes,
  type CompiledKernels,
  type NamedBuffers,
  type ReadyRoute,
} from "./bound-routes.ts";
import { type BufferNeed, decodeBufferNeeds } from "./decode-buffer-needs.ts";
import type { DecodeBuffers } from "./decode-buffers.ts";
import type { DecodeSequence } from "./decode-sequence.ts";
import type { DecodeStep, ValueSumsStep } from "./decode-step.ts";
import { expectDecodeBuffers } from "./expect-decode-buffers.ts";
import { expectStep } from "./expect-step.ts";
import { packLogThresholds } from "./pack-log-thresholds.ts";
import { packSequences } from "./pack-sequences.ts";
import type { AttentionPlan } from "./plan/attention-plan.ts";
import type { RouteName, Routes } from "./plan/plan-routes.ts";
import type { WorkspaceName } from "./plan/workspace.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import type { DecodeBinding, SiftAttention } from "./sift-attention.ts";
import { SiftError } from "./sift-error.ts";
import { toSiftError } from "./to-sift-error.ts";
import type { Tuning } from "./tuning/tuning.ts";
import type { Variant } from "./variant.ts";

/** What the attention of one plan holds on its device. */
export interface AttentionParts {
  readonly gpu: Gpu;
  readonly plan: AttentionPlan;
  readonly tuning: Tuning;
  readonly routes: Routes;
  readonly kernels: CompiledKernels;
  readonly workspace: ReadonlyMap<WorkspaceName, GpuBuffer>;
}

/** The buffers of one layer and the routes over them. */
class LayerBinding implements DecodeBinding {
  readonly buffers: DecodeBuffers;
  readonly owner: DeviceSiftAttention;
  readonly routes: BoundRoutes;

  constructor(owner: DeviceSiftAttention, buffers: DecodeBuffers, routes: BoundRoutes) {
    this.buffers = buffers;
    this.owner = owner;
    this.routes = routes;
  }
}

const alwaysRequired = ["queries", "keys", "values", "sequences", "output", "statistics"];

/** Decode attention on a device. */
export class DeviceSiftAttention implements SiftAttention {
  readonly plan: AttentionPlan;
  readonly tuning: Tuning;
  readonly workspaceBytes: number;
  readonly #parts: AttentionParts;
  readonly #needs: readonly BufferNeed[];
  #isDisposed = false;

  constructor(parts: AttentionParts) {
    this.plan = parts.plan;
    this.tuning = parts.tuning;
    this.#parts = parts;
    this.#needs = decodeBufferNeeds(parts.plan.options);
    const buffers = [...parts.workspace.values()];
    this.workspaceBytes = buffers.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }

  get options(): ResolvedOptions {
    return this.plan.options;
  }

  get variant(): Variant {
    return this.plan.variant;
  }

  bind(buffers: DecodeBuffers): DecodeBinding {
    this.#expectUsable("bind");
    const { gpu, routes, kernels, workspace } = this.#parts;
    const required = [
      ...alwaysRequired,
      ...(this.options.kvType === "i8" ? ["keyScales", "valueScales"] : []),
      ...(this.options.normaliser === "sampled" ? ["estimates"] : []),
      ...(this.options.droppedMass === "mean-value" ? ["valueSums"] : []),
    ];
    const { limits } = gpu.report;
    const bound = expectDecodeBuffers(buffers, this.#needs, { required, limits });
    const named: NamedBuffers = Object.fromEntries([
      ...workspace,
      ...bound.map(({ binding, buffer, offset, byteLength }) => [
        binding,
        { buffer, offset, size: byteLength },
      ]),
    ]);
    const fieldOf = (name: string) => this.#needs.find(({ binding }) => binding === name)!.field;
    try {
      return new LayerBinding(
        this,
        buffers,
        bindRoutes(routes, kernels, { buffers: named, fieldOf }),
      );
    } catch (error) {
      throw toSiftError(error, "invalid-buffer");
    }
  }

  packSequences(sequences: readonly DecodeSequence[]): Uint32Array<ArrayBuffer> {
    return packSequences(this.options, sequences);
  }

  packLogThresholds(logThresholds: ArrayLike<number>): Float32Array<ArrayBuffer> {
    return packLogThresholds(this.options, logThresholds);
  }

  recordScores(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void {
    this.#record(pass, binding, "scores", step);
  }

  recordFull(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void {
    this.#record(pass, binding, "full", step);
  }

  recordSifted(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void {
    const sifted = this.#routeFor(binding, "sifted", step);
    const isShort = step.sequences * step.longestContext < this.plan.denseBelow;
    encode(pass, isShort ? this.#routeFor(binding, "full", step) : sifted, step);
  }

  recordTopK(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void {
    this.#record(pass, binding, "topK", step);
  }

  recordQuantiles(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void {
    this.#record(pass, binding, "quantiles", step);
  }

  recordFullWithQuantiles(
    pass: GPUComputePassEncoder,
    binding: DecodeBinding,
    step: DecodeStep,
  ): void {
    this.#record(pass, binding, "fullWithQuantiles", step);
  }

  recordValueSums(pass: GPUComputePassEncoder, binding: DecodeBinding, step: ValueSumsStep): void {
    if (step.rows !== "all" && step.rows !== "last") {
      throw new SiftError("invalid-step", `step: rows: expected "all" or "last", got ${step.rows}`);
    }
    this.#record(pass, binding, step.rows === "all" ? "allValueSums" : "lastValueSums", step);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const buffer of this.#parts.workspace.values()) buffer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #record(
    pass: GPUComputePassEncoder,
    binding: DecodeBinding,
    name: RouteName,
    step: DecodeStep,
  ): void {
    encode(pass, this.#routeFor(binding, name, step), step);
  }

  #routeFor(binding: DecodeBinding, name: RouteName, step: DecodeStep): ReadyRoute {
    this.#expectUsable(name);
    expectStep(this.options, step);
    const route = this.#routesOf(binding)[name];
    if (route === undefined) throw routeNotCompiled(name);
    if ("missing" in route) throw buffersMissing(name, route.missing);
    return route;
  }

  #routesOf(binding: DecodeBinding): BoundRoutes {
    if (binding instanceof LayerBinding && binding.owner === this) return binding.routes;
    throw new SiftError(
      "invalid-buffer",
      "binding: expected one that this SiftAttention's bind() made, got another; bind the buffers here",
    );
  }

  #expectUsable(where: string): void {
    if (this.#isDisposed) {
      throw new SiftError(
        "disposed",
        `${where}: expected a live SiftAttention, got a disposed one`,
      );
    }
    try {
      this.#parts.gpu.expectUsable(where);
    } catch (error) {
      throw toSiftError(error);
    }
  }
}

function encode(pass: GPUComputePassEncoder, { dispatches }: ReadyRoute, step: DecodeStep): void {
  for (let i = 0; i < dispatches.length; i++) {
    const { kernel, grid, group, workgroups } = dispatches[i]!;
    workgroups[0] = grid.x(step);
    workgroups[2] = step.sequences;
    kernel.record(pass, group, workgroups);
  }
}

/** The options that leave a route's kernels out, as they must be. */
const compiledBy: Partial<Readonly<Record<RouteName, string>>> = {
  topK: "topK: true",
  quantiles: "quantiles: true",
  fullWithQuantiles: "quantiles: true",
  allValueSums: 'droppedMass: "mean-value"',
  lastValueSums: 'droppedMass: "mean-value"',
};

function routeNotCompiled(name: RouteName): SiftError {
  const option = compiledBy[name];
  return new SiftError(
    "invalid-step",
    `${name}: expected kernels compiled for it, got none; create the SiftAttention with ${option}`,
  );
}

function buffersMissing(name: RouteName, missing: readonly string[]): SiftError {
  return new SiftError(
    "invalid-buffer",
    `${name}: expected a binding with ${missing.join(" and ")}, got one without; give them to bind()`,
  );
}
