/** What went wrong; stable, for programs. */
export type ModelErrorCode =
  | "aborted"
  | "bad-chat"
  | "bad-config"
  | "bad-file"
  | "bad-logits"
  | "bad-option"
  | "bad-profile"
  | "bad-tensor"
  | "bad-tokenizer"
  | "busy"
  | "checksum"
  | "context-overflow"
  | "device-lost"
  | "disposed"
  | "download"
  | "missing-file"
  | "missing-tensor"
  | "no-backend"
  | "no-chat-template"
  | "out-of-memory"
  | "quota"
  | "unsupported-architecture"
  | "unsupported-format";

/** An error of the model runtime: `message` says where, what was expected, what came and the way out. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
