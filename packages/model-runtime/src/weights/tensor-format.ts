/** How the numbers of a weight tensor are stored. The q formats are GGUF's block formats. */
export type TensorFormat =
  | "f32"
  | "f16"
  | "bf16"
  | "q8_0"
  | "q4_0"
  | "q4_1"
  | "q5_0"
  | "q4_k"
  | "q6_k";

/** Block size in numbers and in bytes: a row of n numbers is n / numbers blocks. */
export const TENSOR_BLOCKS: Readonly<
  Record<TensorFormat, { readonly numbers: number; readonly bytes: number }>
> = {
  f32: { numbers: 1, bytes: 4 },
  f16: { numbers: 1, bytes: 2 },
  bf16: { numbers: 1, bytes: 2 },
  q8_0: { numbers: 32, bytes: 34 },
  q4_0: { numbers: 32, bytes: 18 },
  q4_1: { numbers: 32, bytes: 20 },
  q5_0: { numbers: 32, bytes: 22 },
  q4_k: { numbers: 256, bytes: 144 },
  q6_k: { numbers: 256, bytes: 210 },
};
