import type { ServerInfo } from "../../../src/live-events.ts";
import type { Failure } from "../api/failure.ts";
import type { GenerationEvent } from "../api/generation-events.ts";
import type { GenerationSettings } from "../api/generation-request.ts";

/** What the page asks of its worker. */
export type LocalRequest =
  | { readonly kind: "list" }
  /** "tales-28m", an id on the Hub, or a URL. */
  | { readonly kind: "open"; readonly name: string }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "generate"; readonly run: number; readonly settings: GenerationSettings }
  | { readonly kind: "stop"; readonly run: number };

/** What the worker says. */
export type LocalReply =
  | { readonly kind: "kept"; readonly kept: KeptModels }
  | { readonly kind: "progress"; readonly progress: OpeningProgress }
  | { readonly kind: "opened"; readonly info: ServerInfo }
  /** Opening failed. */
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "event"; readonly run: number; readonly event: GenerationEvent }
  /** A run has ended, well or not. */
  | { readonly kind: "done"; readonly run: number; readonly failure: Failure | undefined };

/** Where the opening of a model stands: the runtime's own report. */
export interface OpeningProgress {
  readonly stage: "download" | "weights" | "tokenizer" | "backend";
  /** File or tensor at work. */
  readonly item: string;
  readonly bytesDone: number;
  /** 0 while it is not known. */
  readonly bytesTotal: number;
}

/** A model in this browser's storage, complete or on its way. */
export interface KeptModel {
  /** What opens it. */
  readonly name: string;
  readonly byteLength: number;
  readonly isComplete: boolean;
}

/** The models that this browser keeps. */
export interface KeptModels {
  readonly models: readonly KeptModel[];
  /** Bytes that the browser lends beyond those in use; undefined when it does not say. */
  readonly available: number | undefined;
}
