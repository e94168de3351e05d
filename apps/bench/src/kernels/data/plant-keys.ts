import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import noise from "./noise.wgsl";
import f16Text from "./plant-keys.wgsl";
import wholeText from "./plant-whole-keys.wgsl";
import plantedKey from "./planted-key.wgsl";

type Bindings = {
  readonly queries: "read";
  readonly duals: "read";
  readonly band_counts: "read";
  readonly band_levels: "read";
  readonly keys: "read-write";
};

type Constants = {
  readonly TILE: "u32";
  readonly KV_HEADS: "u32";
  readonly GROUP: "u32";
  readonly HEAD_DIM: "u32";
  readonly CONTEXT: "u32";
  readonly RANK_BITS: "u32";
  readonly BANDS: "u32";
  readonly JITTER: "f32";
  readonly SEED: "u32";
};

const files = [
  { name: "noise.wgsl", text: noise },
  { name: "planted-key.wgsl", text: plantedKey },
] as const;

const bindings = {
  queries: "read",
  duals: "read",
  band_counts: "read",
  band_levels: "read",
  keys: "read-write",
} as const;

const constants = {
  TILE: "u32",
  KV_HEADS: "u32",
  GROUP: "u32",
  HEAD_DIM: "u32",
  CONTEXT: "u32",
  RANK_BITS: "u32",
  BANDS: "u32",
  JITTER: "f32",
  SEED: "u32",
} as const;

/** Keys whose bands are known, in f16. */
export const plantKeys: KernelSpec<Bindings, Constants> = defineKernel({
  name: "plant-keys",
  files: [...files, { name: "plant-keys.wgsl", text: f16Text }],
  bindings,
  constants,
});

/** The same keys in whole numbers with a scale for each row. */
export const plantWholeKeys: KernelSpec<
  Bindings & { readonly key_scales: "read-write" },
  Constants
> = defineKernel({
  name: "plant-whole-keys",
  files: [...files, { name: "plant-whole-keys.wgsl", text: wholeText }],
  bindings: { ...bindings, key_scales: "read-write" },
  constants,
});
