import type { Model } from "@sift-attention/model-runtime";
import type { CellStore } from "../store/cell-store.ts";
import type { QualitySettings } from "./quality-settings.ts";

/** A text to predict and to hide pass keys in. */
export interface BenchText {
  readonly name: string;
  readonly content: string;
}

/** Hears how a run gets on. */
export interface Progress {
  start(cells: number): void;
  /** What is being measured now. */
  report(label: string): void;
  /** One more cell is there, measured or read. */
  advance(): void;
  stop(): void;
}

/** Everything that a quality run works with. */
export interface QualityInput {
  readonly model: Model;
  readonly modelName: string;
  /** SHA-256 of the model's files. */
  readonly modelDigest: string;
  /** SHA-256 of the runtime's code: another build measures anew. */
  readonly runtimeDigest: string;
  readonly texts: readonly BenchText[];
  readonly settings: QualitySettings;
  readonly store: CellStore;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}
