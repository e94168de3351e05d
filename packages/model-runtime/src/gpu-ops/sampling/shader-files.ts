import type { ConstantValues, ShaderFile } from "@sift-attention/gpu";
import { weightCoefficients } from "../../sampling/token-weight.ts";
import productText from "./product.wgsl";
import ranksText from "./ranks.wgsl";
import rulesText from "./rules.wgsl";
import { blockRounds, mostDraws, workgroup } from "./sampler-shape.ts";
import settleText from "./settle.wgsl";
import tallyText from "./tally.wgsl";
import weightText from "./weight.wgsl";

/** Constants of all kernels. */
export const samplerConstants = {
  WORKGROUP: "u32",
  ROUNDS: "u32",
  MOST_DRAWS: "u32",
  C1: "u32",
  C2: "u32",
  C3: "u32",
  C4: "u32",
  C5: "u32",
} as const;

/** `rules.wgsl`: rules of a slot, draws of a step. */
export const rulesFile: ShaderFile = { name: "rules.wgsl", text: rulesText };

/** `ranks.wgsl`: logits as whole numbers. */
export const ranksFile: ShaderFile = { name: "ranks.wgsl", text: ranksText };

/** `tally.wgsl`: sums of weights. */
export const tallyFile: ShaderFile = { name: "tally.wgsl", text: tallyText };

/** `settle.wgsl`: what a draw leaves. */
export const settleFile: ShaderFile = { name: "settle.wgsl", text: settleText };

/** Weights of logits, and what they stand on. */
export const weightFiles: readonly ShaderFile[] = [
  ranksFile,
  { name: "product.wgsl", text: productText },
  { name: "weight.wgsl", text: weightText },
];

/** The constants for a vocabulary; few sizes differ in them. */
export function samplerValues(vocabularySize: number): ConstantValues<typeof samplerConstants> {
  const [C1, C2, C3, C4, C5] = weightCoefficients;
  return {
    WORKGROUP: workgroup,
    ROUNDS: blockRounds(vocabularySize),
    MOST_DRAWS: mostDraws,
    ...{ C1, C2, C3, C4, C5 },
  };
}
