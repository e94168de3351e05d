import { createHash } from "node:crypto";
import type { AttentionMode } from "@sift-attention/model-runtime";
import type { CellIdentity } from "../store/cell-store.ts";
import type { QualityInput } from "./quality-input.ts";

/** To be raised when what a cell holds or how it is measured changes. */
const CELL_VERSION = 4;

/** What a cell measures: the tokens, the attention, and from where on. */
export interface CellSubject {
  readonly kind: "calibration" | "generation" | "passkey" | "shift" | "window";
  readonly tokens: readonly number[];
  /** As plain JSON: the attention and what else it is measured with. */
  readonly attention: AttentionMode | Readonly<Record<string, unknown>>;
  /** Positions where the measurement changes its course. */
  readonly boundaries: readonly number[];
}

/** The tokens stand for the text, the context, the window or the seed that they come from. */
export function cellIdentity(
  { modelDigest, runtimeDigest, model }: QualityInput,
  { kind, tokens, attention, boundaries }: CellSubject,
): CellIdentity {
  const digest = createHash("sha256").update(Uint32Array.from(tokens)).digest("hex");
  return {
    version: CELL_VERSION,
    kind,
    model: modelDigest,
    runtime: runtimeDigest,
    backend: model.info.backendDescription,
    tokens: digest,
    attention,
    boundaries,
  };
}
