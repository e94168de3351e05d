import type { BoundBuffer } from "@sift-attention/gpu";
import type { GpuMatrix } from "../../gpu-weights/gpu-matrix.ts";
import type { LinearShape } from "./linear-shape.ts";

/** Buffers of one product. */
export interface LinearBuffers {
  /** f32 [maxRows, inputs]. */
  readonly x: BoundBuffer;
  /** Of the shape's layout. */
  readonly weight: GpuMatrix;
  /** f32 [inputs], with a norm. */
  readonly normWeight?: BoundBuffer | undefined;
  /** f32 [inputs], with a layer norm. */
  readonly normBias?: BoundBuffer | undefined;
  /** f32 [outputs], with a bias. */
  readonly bias?: BoundBuffer | undefined;
  /** f32 [maxRows, outPitch]; shares no bytes with the others. */
  readonly out: BoundBuffer;
}

/** A product that is ready to be recorded. */
export interface BoundLinear {
  /**
   * Encodes one dispatch for each part of the weight; allocates nothing. Rows from `rows` on stay as they are.
   * @throws ModelError "bad-option" unless rows is a whole number of 1 to maxRows.
   */
  record(pass: GPUComputePassEncoder, rows: number): void;
}

/** A compiled product. */
export interface LinearKernel {
  readonly shape: LinearShape;
  /** @throws ModelError "bad-tensor" for another weight, a missing or superfluous vector or too small a buffer; GpuError. */
  bind(buffers: LinearBuffers): BoundLinear;
}
