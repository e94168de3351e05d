/** Invocations that exchange registers; 0 uses workgroup memory instead and needs no feature. */
export type SubgroupSize = 0 | 4 | 8 | 16 | 32 | 64;

/** Which twin of each kernel runs. All give the same results up to rounding. */
export interface Variant {
  readonly subgroupSize: SubgroupSize;
  /** Keys and values widened to f32 by the feature shader-f16, not by their bits; needs it and `kvType: "f16"`. */
  readonly nativeF16: boolean;
}

/** A variant with the rest left to the device. */
export type VariantOptions = Partial<Variant>;
