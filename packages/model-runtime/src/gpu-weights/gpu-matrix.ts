import type { GpuBuffer } from "@sift-attention/gpu";
import type { MatrixLayout, MatrixPartLayout } from "./matrix-layout.ts";

/** A part with its memory. */
export interface GpuMatrixPart extends MatrixPartLayout {
  /** Units: [rows, units]. */
  readonly words: GpuBuffer<"u32">;
  /** Scales of the rows; absent where the format has none. */
  readonly scales: GpuBuffer<"u32"> | undefined;
}

/** A packed weight matrix on the device. */
export interface GpuMatrix extends MatrixLayout, Disposable {
  readonly label: string;
  readonly parts: readonly GpuMatrixPart[];
  dispose(): void;
}

/** What a kernel binds under `weightBindings`: a part without scales stands in for them. */
export function matrixBindings(part: GpuMatrixPart): {
  readonly words: GpuBuffer<"u32">;
  readonly scales: GpuBuffer<"u32">;
} {
  return { words: part.words, scales: part.scales ?? part.words };
}
