/** What went wrong; stable, for programs. */
export type AttentionErrorCode = "invalid-argument" | "invalid-call" | "invalid-rule";

/** A call, rule or measure that makes no sense: `message` says where, what was expected and what came. */
export class AttentionError extends Error {
  override readonly name = "AttentionError";
  readonly code: AttentionErrorCode;

  constructor(code: AttentionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
