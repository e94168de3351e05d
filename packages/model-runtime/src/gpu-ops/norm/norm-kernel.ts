import { type ConstantValues, defineKernel, type KernelSpec } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import normText from "./norm.wgsl";
import type { NormOptions } from "./norm-options.ts";
import { sumLanesFile } from "./sum-lanes.ts";

const bindings = { x: "read", weight: "read", bias: "read", output: "read-write" } as const;

const constants = {
  WIDTH: "u32",
  WORKGROUP: "u32",
  EPSILON: "f32",
  CENTRED: "bool",
  ADDS: "bool",
} as const;

const greatestWorkgroup = 256;
const leastWorkgroup = 32;

export const normKernel: KernelSpec<typeof bindings, typeof constants> = defineKernel({
  name: "norm",
  files: [sumLanesFile, { name: "norm.wgsl", text: normText }],
  bindings,
  constants,
});

function expectOptions({ width, epsilon }: NormOptions): void {
  if (!Number.isInteger(width) || width < 4 || width % 4 !== 0) {
    throw new ModelError("bad-option", `norm: width: expected a multiple of 4, got ${width}`);
  }
  if (!(epsilon >= 0)) {
    throw new ModelError("bad-option", `norm: epsilon: expected 0 or more, got ${epsilon}`);
  }
}

/** @throws ModelError "bad-option" for a width that is no multiple of 4, or an ε below 0. */
export function normConstants(options: NormOptions): ConstantValues<typeof constants> {
  expectOptions(options);
  const lanes = 2 ** Math.ceil(Math.log2(options.width / 4));
  return {
    WIDTH: options.width,
    WORKGROUP: Math.max(leastWorkgroup, Math.min(greatestWorkgroup, lanes)),
    EPSILON: options.epsilon,
    CENTRED: options.kind === "layer",
    ADDS: options.output === "add",
  };
}
