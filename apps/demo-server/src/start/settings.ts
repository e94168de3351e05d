import type { OpenModelOptions, SiftProfile } from "@sift-attention/model-runtime";
import type { ResolvedAttention } from "../live-events.ts";

/** What the command line asks for. */
export interface Settings {
  /** Folder, .gguf file, id on the Hugging Face Hub, or "tales-28m". */
  readonly model: string;
  readonly backend: NonNullable<OpenModelOptions["backend"]>;
  readonly threads: number | undefined;
  readonly attention: ResolvedAttention;
  /** Where `attention` comes from; held to the model's shape once that is known. */
  readonly siftProfile?: SiftProfile | undefined;
  /** Tokens, or as many as fit; the model's own context length, capped, when undefined. */
  readonly context: number | "auto" | undefined;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly apiKey: string | undefined;
  /** Generations at a time; the backend decides when undefined. */
  readonly parallel: number | undefined;
  /** Requests that may wait. */
  readonly queue: number;
}

/** A setting that cannot be: the command line is at fault, not the machine. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
