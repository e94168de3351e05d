import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { LoadedWeights } from "./load-weights.ts";
import { createScratch } from "./scratch.ts";
import type { TensorNeed } from "./tensor-need.ts";

const FINAL_NORM = "model.norm.weight";
const HEAD = "lm_head.weight";
const EMBEDDING = "model.embed_tokens.weight";

/** Logits held at a time, so that a large vocabulary does not multiply the memory. */
const LOGITS_BYTES = 8 << 20;

/** The last norm and the projection to the vocabulary. */
export interface OutputHead {
  readonly maxRows: number;
  /** Logits of rows of the hidden state: [rows, vocabulary]. A view, valid until the next call. */
  logits(firstRow: number, rows: number): Float32Array;
  dispose(): void;
}

/** The head's own matrix, unless it is the embedding. */
export function outputHeadNeeds(config: ModelConfig): readonly TensorNeed[] {
  const norm: TensorNeed = { name: FINAL_NORM, shape: [config.hiddenSize] };
  const head: TensorNeed = { name: HEAD, shape: [config.vocabularySize, config.hiddenSize] };
  return config.tiedEmbeddings ? [norm] : [norm, head];
}

/** @throws ModelError "out-of-memory"; nothing stays allocated then. */
export function createOutputHead(
  ops: CpuOps,
  config: ModelConfig,
  weights: LoadedWeights,
  hidden: CpuRegion,
  passRows: number,
): OutputHead {
  const { hiddenSize, vocabularySize, normEpsilon } = config;
  const norm = weights.vector(FINAL_NORM);
  const matrix = weights.matrix(config.tiedEmbeddings ? EMBEDDING : HEAD);
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
      ops.rmsNorm(normed, normed, norm, rows, hiddenSize, normEpsilon);
      ops.matmul(logits, normed, matrix, rows);
      return logits.floats().subarray(0, rows * vocabularySize);
    },
    dispose: scratch.dispose,
  };
}
