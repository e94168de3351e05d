import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { DecoderPass } from "./decoder.ts";
import type { DecoderBlueprint } from "./decoder-blueprint.ts";
import type { LoadedWeights } from "./load-weights.ts";

/** Writes the rows that a pass begins with, [rows, hiddenSize]. `spare` is overwritten. */
export type Embedding = (out: CpuRegion, spare: CpuRegion, pass: DecoderPass) => void;

export function createEmbedding(
  ops: CpuOps,
  weights: LoadedWeights,
  blueprint: DecoderBlueprint,
): Embedding {
  const { hiddenSize, embeddingScale } = blueprint;
  const table = weights.matrix(blueprint.embedding);
  const positions = blueprint.positions ? weights.matrix(blueprint.positions) : undefined;
  return (out, spare, { tokens, firstPosition }) => {
    const count = tokens.length * hiddenSize;
    ops.embed(out, table, tokens);
    if (embeddingScale !== 1) ops.scale(out, embeddingScale, count);
    if (!positions) return;
    ops.embed(
      spare,
      positions,
      Array.from(tokens, (_, row) => firstPosition + row),
    );
    ops.add(out, spare, count);
  };
}
