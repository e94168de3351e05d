/** Invocations that exchange registers; 0 uses workgroup memory instead and needs no feature. */
export type SubgroupSize = 0 | 4 | 8 | 16 | 32 | 64;

/** Which twin of each kernel runs. All give the same results up to rounding. */
export interface Variant {
  readonly subgroupSize: SubgroupSize;
  /** Keys and values widened to f32 by the feature shader-f16, not by their bits; needs it and `kvType: "f16"`. */
  readonly nativeF16: boolean;
  /**
   * Scores by subgroup matrices; needs chromium-experimental-subgroup-matrix, shader-f16 and `kvType: "f16"`. Head dimensions
   * that are no multiple of 16 do without, and so do caches and workgroup memories too small for a tile: false then.
   */
  readonly matrix: boolean;
}

/** A variant with the rest left to the device. */
export type VariantOptions = Partial<Variant>;
