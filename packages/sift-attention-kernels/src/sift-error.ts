/** What went wrong; stable, for programs. */
export type SiftErrorCode =
  | "invalid-option"
  | "missing-feature"
  | "over-limit"
  | "invalid-buffer"
  | "invalid-step"
  | "invalid-threshold"
  | "disposed"
  | "device-lost";

/** Attention that cannot be computed as asked: `message` says where, what was expected, what came and the way out. */
export class SiftError extends Error {
  override readonly name = "SiftError";
  readonly code: SiftErrorCode;

  constructor(code: SiftErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
