import type { DType } from "@sift-attention/tensor";

/** The array that holds numbers of a data type; f16 and bf16 as their 16-bit words. */
export interface TypedArrays {
  readonly f64: Float64Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  readonly f16: Uint16Array<ArrayBuffer>;
  readonly bf16: Uint16Array<ArrayBuffer>;
  readonly i64: BigInt64Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly i16: Int16Array<ArrayBuffer>;
  readonly i8: Int8Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly u16: Uint16Array<ArrayBuffer>;
  readonly u8: Uint8Array<ArrayBuffer>;
}

const views: { readonly [D in DType]: new (bytes: ArrayBuffer) => TypedArrays[D] } = {
  f64: Float64Array,
  f32: Float32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  i64: BigInt64Array,
  i32: Int32Array,
  i16: Int16Array,
  i8: Int8Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
};

/** The bytes as numbers of a data type. */
export function viewAs<D extends DType>(dtype: D, bytes: ArrayBuffer): TypedArrays[D] {
  return new views[dtype](bytes);
}
