/** What went wrong; stable, for programs. */
export type TensorErrorCode =
  | "invalid-geometry"
  | "invalid-shape"
  | "length-mismatch"
  | "shape-mismatch";

/** A shape, length or geometry that does not fit: `message` says where, what was expected and what came. */
export class TensorError extends Error {
  override readonly name = "TensorError";
  readonly code: TensorErrorCode;

  constructor(code: TensorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
