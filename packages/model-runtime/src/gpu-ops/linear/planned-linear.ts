import {
  type AssembledShader,
  assembleShader,
  createKernel,
  defineKernel,
  type Gpu,
  type Kernel,
  type KernelFeature,
  type ShaderFile,
  type ShaderMessage,
  validateShader,
} from "@sift-attention/gpu";
import type { MatrixPartLayout } from "../../gpu-weights/matrix-layout.ts";
import { weightBindings, weightFiles } from "../../gpu-weights/weight-files.ts";
import type { ResolvedLinear } from "./linear-shape.ts";
import layerStatistics from "./wgsl/layer-statistics.wgsl";
import noStatistics from "./wgsl/no-statistics.wgsl";
import norm from "./wgsl/norm.wgsl";
import outputs from "./wgsl/outputs.wgsl";
import quads from "./wgsl/quads.wgsl";
import quadsAny from "./wgsl/quads-any.wgsl";

/** Bindings of every product; those that a shape does not use are bound to x. */
export const linearBindings: {
  readonly words: "read";
  readonly scales: "read";
  readonly x: "read";
  readonly norm_weight: "read";
  readonly norm_bias: "read";
  readonly bias: "read";
  readonly out: "read-write";
} = {
  ...weightBindings,
  x: "read",
  norm_weight: "read",
  norm_bias: "read",
  bias: "read",
  out: "read-write",
};

const sharedConstants = {
  COLUMNS: "u32",
  PART_OUTPUTS: "u32",
  FIRST_OUTPUT: "u32",
  OUT_PITCH: "u32",
  OUT_COLUMN: "u32",
  GATE_WIDTH: "u32",
  ACTIVATION: "u32",
  ADDED: "u32",
  BIASED: "u32",
  NORM: "u32",
  EPSILON: "f32",
  TILES: "u32",
  WORKGROUP: "u32",
} as const;

/** A compiled product. */
export type LinearPipeline = Kernel<typeof linearBindings>;

/** A kernel with its constants for one part of a matrix. */
export interface PlannedLinear {
  readonly name: string;
  /** Rows of x in a workgroup. */
  readonly blockRows: number;
  /** Workgroups over the part's weight rows. */
  readonly tiles: number;
  assemble(): AssembledShader;
  compile(gpu: Gpu): Promise<LinearPipeline>;
  /** Checks the text and makes no pipeline. */
  validate(gpu: Gpu): Promise<readonly ShaderMessage[]>;
}

/** What differs between the kernels. */
export interface LinearKernelText {
  readonly name: string;
  readonly files: readonly ShaderFile[];
  readonly knobs: Readonly<Record<string, number>>;
  readonly workgroup: number;
  readonly features: readonly KernelFeature[];
  readonly blockRows: number;
  readonly tiles: number;
}

type SharedValues = Record<Exclude<keyof typeof sharedConstants, "TILES" | "WORKGROUP">, number>;

function sharedValues(linear: ResolvedLinear, part: MatrixPartLayout): SharedValues {
  const { shape, gateWidth } = linear;
  const firstOutput = part.firstRow / gateWidth;
  const activation = shape.output.split("-")[0]!;
  return {
    COLUMNS: linear.inputs,
    PART_OUTPUTS: part.rows / gateWidth,
    FIRST_OUTPUT: firstOutput,
    OUT_PITCH: linear.outPitch,
    OUT_COLUMN: linear.firstOutput + firstOutput,
    GATE_WIDTH: gateWidth,
    ACTIVATION: Math.max(0, ["", "silu", "gelu"].indexOf(activation)),
    ADDED: Number(shape.output === "add"),
    BIASED: Number(shape.bias ?? false),
    NORM: ["", "rms", "layer"].indexOf(shape.norm?.kind ?? ""),
    EPSILON: shape.norm?.epsilon ?? 0,
  };
}

/** Joins a kernel's own files and constants with those of the part, the norm and the output. */
export function planLinearKernel(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  text: LinearKernelText,
): PlannedLinear {
  const { tiles, workgroup, knobs, blockRows, features } = text;
  const isLayer = linear.shape.norm?.kind === "layer";
  const knobKinds = Object.fromEntries(Object.keys(knobs).map((name) => [name, "u32" as const]));
  const spec = defineKernel({
    name: text.name,
    files: [
      ...weightFiles(part.format),
      linear.inputs % 4 === 0
        ? { name: "quads.wgsl", text: quads }
        : { name: "quads-any.wgsl", text: quadsAny },
      { name: "norm.wgsl", text: norm },
      isLayer
        ? { name: "layer-statistics.wgsl", text: layerStatistics }
        : { name: "no-statistics.wgsl", text: noStatistics },
      { name: "outputs.wgsl", text: outputs },
      ...text.files,
    ],
    bindings: linearBindings,
    constants: { ...sharedConstants, ...knobKinds },
    features,
  });
  const constants = { ...sharedValues(linear, part), TILES: tiles, WORKGROUP: workgroup, ...knobs };
  return {
    name: text.name,
    blockRows,
    tiles,
    assemble: () => assembleShader(spec, constants),
    compile: (gpu) => createKernel(gpu, spec, constants),
    validate: (gpu) => validateShader(gpu, spec, constants),
  };
}
