import { elementCount, type Shape } from "./shape.ts";

/** How one number is stored: floats f, brain float bf, signed i, unsigned u, with their width in bits. */
export type DType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "i64"
  | "i32"
  | "i16"
  | "i8"
  | "u32"
  | "u16"
  | "u8";

/** Bytes that one number takes. */
export const bytesPerElement: Readonly<Record<DType, 1 | 2 | 4 | 8>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u32: 4,
  u16: 2,
  u8: 1,
};

/** Whether a name is one of the data types; narrows text that was read from a file. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(bytesPerElement, name);
}

/** Bytes of an array of this shape, stored without gaps. */
export function byteLength(dtype: DType, shape: Shape): number {
  return bytesPerElement[dtype] * elementCount(shape);
}
