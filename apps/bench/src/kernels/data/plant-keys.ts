import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import noise from "./noise.wgsl";
import text from "./plant-keys.wgsl";

/** Keys whose bands are known. */
export const plantKeys: KernelSpec<
  {
    readonly queries: "read";
    readonly duals: "read";
    readonly band_counts: "read";
    readonly band_levels: "read";
    readonly keys: "read-write";
  },
  {
    readonly TILE: "u32";
    readonly KV_HEADS: "u32";
    readonly GROUP: "u32";
    readonly HEAD_DIM: "u32";
    readonly CONTEXT: "u32";
    readonly RANK_BITS: "u32";
    readonly BANDS: "u32";
    readonly JITTER: "f32";
    readonly SEED: "u32";
  }
> = defineKernel({
  name: "plant-keys",
  files: [
    { name: "noise.wgsl", text: noise },
    { name: "plant-keys.wgsl", text },
  ],
  bindings: {
    queries: "read",
    duals: "read",
    band_counts: "read",
    band_levels: "read",
    keys: "read-write",
  },
  constants: {
    TILE: "u32",
    KV_HEADS: "u32",
    GROUP: "u32",
    HEAD_DIM: "u32",
    CONTEXT: "u32",
    RANK_BITS: "u32",
    BANDS: "u32",
    JITTER: "f32",
    SEED: "u32",
  },
});
