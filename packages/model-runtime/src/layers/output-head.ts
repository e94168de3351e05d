import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { DecoderBlueprint } from "./decoder-blueprint.ts";
import { createLinear } from "./linear.ts";
import type { LoadedWeights } from "./load-weights.ts";
import { createNorm } from "./norm.ts";
import { createScratch } from "./scratch.ts";

/** Logits held at a time, so that a large vocabulary does not multiply the memory. */
const LOGITS_BYTES = 8 << 20;

/** The last norm and the projection to the vocabulary. */
export interface OutputHead {
  readonly maxRows: number;
  /** Logits of rows of the hidden state: [rows, vocabulary]. A view, valid until the next call. */
  logits(firstRow: number, rows: number): Float32Array;
  dispose(): void;
}

/** @throws ModelError "out-of-memory"; nothing stays allocated then. */
export function createOutputHead(
  ops: CpuOps,
  weights: LoadedWeights,
  blueprint: DecoderBlueprint,
  hidden: CpuRegion,
  passRows: number,
): OutputHead {
  const { hiddenSize, vocabularySize, logitCap } = blueprint;
  const norm = createNorm(ops, weights, blueprint.outputNorm);
  const project = createLinear(ops, weights, blueprint.head);
  const rowBytes = vocabularySize * Float32Array.BYTES_PER_ELEMENT;
  const maxRows = Math.max(1, Math.min(passRows, Math.floor(LOGITS_BYTES / rowBytes)));
  const scratch = createScratch(ops, maxRows, { normed: hiddenSize, logits: vocabularySize });
  const { normed, logits } = scratch.regions;
  return {
    maxRows,
    logits(firstRow, rows) {
      const chosen = hidden
        .floats()
        .subarray(firstRow * hiddenSize, (firstRow + rows) * hiddenSize);
      normed.floats().set(chosen);
      norm(normed, normed, rows);
      project(logits, normed, rows);
      if (logitCap !== undefined) ops.softCap(logits, logitCap, rows * vocabularySize);
      return logits.floats().subarray(0, rows * vocabularySize);
    },
    dispose: scratch.dispose,
  };
}
