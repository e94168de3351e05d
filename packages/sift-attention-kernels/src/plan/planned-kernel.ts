import {
  type AssembledShader,
  assembleShader,
  type BindingKinds,
  type ConstantKinds,
  type ConstantValues,
  createKernel,
  type Gpu,
  type Kernel,
  type KernelSpec,
  type ShaderMessage,
  validateShader,
} from "@sift-attention/gpu";
import type { DecodeStep } from "../decode-step.ts";
import type { WorkspaceName } from "./workspace.ts";

/** Buffers that kernels bind, by the names that shaders give them: the caller's, then the shared workspace. */
export type BindingName =
  | "queries"
  | "keys"
  | "values"
  | "key_scales"
  | "value_scales"
  | "sequences"
  | "log_thresholds"
  | "estimates"
  | "value_sums"
  | "quantiles"
  | "output"
  | "statistics"
  | WorkspaceName;

/** Counts of workgroups of a step. Plain numbers: recording allocates nothing. */
export interface KernelGrid {
  /** Parts of the longest sequence, or whatever the kernel splits its work into. */
  x(step: DecodeStep): number;
  /** Head blocks, where a kernel does not say otherwise. */
  readonly y: number;
}

/** A kernel with its constants and its grid; z is always the step's sequences. */
export interface PlannedKernel {
  readonly name: string;
  readonly bindings: readonly BindingName[];
  readonly grid: KernelGrid;
  assemble(): AssembledShader;
  compile(gpu: Gpu): Promise<Kernel>;
  /** Checks the text and makes no pipeline. */
  validate(gpu: Gpu): Promise<readonly ShaderMessage[]>;
}

type SiftBindings = { readonly [Name in BindingName]?: BindingKinds[string] };

/** Joins a typed spec and its constants, so that kernels of different bindings can stand in one list. */
export function planKernel<
  Bindings extends BindingKinds & SiftBindings,
  Constants extends ConstantKinds,
>(
  spec: KernelSpec<Bindings, Constants>,
  constants: ConstantValues<Constants>,
  grid: KernelGrid,
): PlannedKernel {
  return {
    name: spec.name,
    bindings: Object.keys(spec.bindings) as BindingName[],
    grid,
    assemble: () => assembleShader(spec, constants),
    compile: (gpu) => createKernel(gpu, spec, constants),
    validate: (gpu) => validateShader(gpu, spec, constants),
  };
}
