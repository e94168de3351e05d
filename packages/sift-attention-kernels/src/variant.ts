/** Invocations that exchange registers; 0 uses workgroup memory instead and needs no feature. */
export type SubgroupSize = 0 | 4 | 8 | 16 | 32 | 64;

/** Which twin of each kernel runs. All give the same results up to rounding. */
export interface Variant {
  readonly subgroupSize: SubgroupSize;
  /** Products in f16, sums in f32; needs the feature shader-f16 and `kvType: "f16"`. */
  readonly nativeF16: boolean;
  /** Scores by subgroup matrices. No kernel does so: only false is taken. */
  readonly matrix: boolean;
}

/** A variant with the rest left to the device. */
export type VariantOptions = Partial<Variant>;
