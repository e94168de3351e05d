import type { SiftMode } from "@sift-attention/model-runtime";
import type { CandidateFigures } from "./candidate-figures.ts";

/** Sift settings for a model, and the evidence for them: the file that `--sift-profile` takes. */
export interface SiftProfile {
  readonly kind: "sift-profile";
  readonly version: 1;
  readonly attention: SiftMode;
  /** What it was made for. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** What was asked for, and what came of it on text that the settings were not chosen on. */
  readonly evidence: {
    readonly klBudget: number;
    readonly meetsBudget: boolean;
    readonly heldOut: CandidateFigures;
    readonly texts: readonly string[];
  };
}
