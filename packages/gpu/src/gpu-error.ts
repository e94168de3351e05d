import type { ShaderMessage } from "./kernels/shader-message.ts";

/** What went wrong; stable, for programs. */
export type GpuErrorCode =
  | "no-adapter"
  | "no-webgpu"
  | "missing-feature"
  | "over-limit"
  | "invalid-argument"
  | "shader-compile"
  | "validation"
  | "out-of-memory"
  | "device-lost"
  | "disposed";

/** What an error knows beside its message. */
export interface GpuErrorOptions extends ErrorOptions {
  readonly asked?: number | undefined;
  readonly offered?: number | undefined;
  readonly messages?: readonly ShaderMessage[] | undefined;
}

/** A device, buffer, shader or call that cannot work: `message` says where, what was expected, what came and the way out. */
export class GpuError extends Error {
  override readonly name = "GpuError";
  readonly code: GpuErrorCode;
  /** With "over-limit" and "out-of-memory": what was asked for, in bytes or in the limit's unit. */
  readonly asked: number | undefined;
  /** With "over-limit": what the device offers, in the same unit. */
  readonly offered: number | undefined;
  /** With "shader-compile": the compiler's messages, each with its file and line. */
  readonly messages: readonly ShaderMessage[];

  constructor(code: GpuErrorCode, message: string, options: GpuErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.asked = options.asked;
    this.offered = options.offered;
    this.messages = options.messages ?? [];
  }
}
