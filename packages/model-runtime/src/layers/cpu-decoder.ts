import type { CpuOps } from "../ops/cpu-ops.ts";
import type { Decoder, DecoderPass } from "./decoder.ts";
import type { DecoderBlueprint, LayerBlueprint, NormBlueprint } from "./decoder-blueprint.ts";
import { createEmbedding } from "./embedding.ts";
import { createFeedForward } from "./feed-forward.ts";
import type { LoadedWeights } from "./load-weights.ts";
import { createNorm } from "./norm.ts";
import { createOutputHead } from "./output-head.ts";
import { createScratch, freeing, type Scratch } from "./scratch.ts";
import { createSelfAttention } from "./self-attention.ts";

/** Rows of a pass: weights are unpacked once for all of them, and past this number that no longer shows. */
const MAX_ROWS = 64;

type DecoderScratch = ReturnType<typeof createDecoderScratch>["regions"];

/** One layer of a pass: adds to the hidden rows and to the layer's cache. */
type Layer = (layer: number, pass: DecoderPass) => void;

/**
 * A decoder on the CPU, over weights that hold `blueprintTensors`.
 * @throws ModelError "out-of-memory", "missing-tensor"; nothing stays allocated then.
 */
export function createCpuDecoder(
  ops: CpuOps,
  blueprint: DecoderBlueprint,
  weights: LoadedWeights,
): Decoder {
  const scratch = createDecoderScratch(ops, blueprint);
  return freeing(scratch, () => assemble(ops, blueprint, weights, scratch));
}

function createDecoderScratch(
  ops: CpuOps,
  { geometry, hiddenSize, feedForwardSize }: DecoderBlueprint,
): Scratch<"hidden" | "normed" | "query" | "key" | "value" | "attended" | "added" | "gate" | "up"> {
  const { queryHeads, kvHeads, headDim } = geometry;
  return createScratch(ops, MAX_ROWS, {
    hidden: hiddenSize,
    normed: hiddenSize,
    query: queryHeads * headDim,
    key: kvHeads * headDim,
    value: kvHeads * headDim,
    attended: queryHeads * headDim,
    added: hiddenSize,
    gate: feedForwardSize,
    up: feedForwardSize,
  });
}

function assemble(
  ops: CpuOps,
  blueprint: DecoderBlueprint,
  weights: LoadedWeights,
  scratch: Scratch<keyof DecoderScratch>,
): Decoder {
  const { hidden, added } = scratch.regions;
  const embed = createEmbedding(ops, weights, blueprint);
  const layers = blueprint.layers.map((layer) =>
    createLayer(ops, weights, blueprint, layer, scratch.regions),
  );
  const head = createOutputHead(ops, weights, blueprint, hidden, MAX_ROWS);
  return {
    maxRows: MAX_ROWS,
    maxLogitsRows: head.maxRows,
    forward(pass) {
      embed(hidden, added, pass);
      for (const [index, layer] of layers.entries()) layer(index, pass);
    },
    logits: head.logits,
    dispose() {
      head.dispose();
      scratch.dispose();
    },
  };
}

function createLayer(
  ops: CpuOps,
  weights: LoadedWeights,
  { geometry, hiddenSize }: DecoderBlueprint,
  layer: LayerBlueprint,
  scratch: DecoderScratch,
): Layer {
  const { hidden, normed, added } = scratch;
  const norm = (blueprint: NormBlueprint) => createNorm(ops, weights, blueprint);
  const inputNorm = norm(layer.inputNorm);
  const attend = createSelfAttention(ops, weights, geometry, layer.attention, scratch);
  const attentionOutputNorm = layer.attentionOutputNorm && norm(layer.attentionOutputNorm);
  const feedForwardNorm = norm(layer.feedForwardNorm);
  const feedForward = createFeedForward(ops, weights, layer.feedForward, scratch);
  const feedForwardOutputNorm = layer.feedForwardOutputNorm && norm(layer.feedForwardOutputNorm);
  return (index, pass) => {
    const rows = pass.tokens.length;
    inputNorm(normed, hidden, rows);
    attend(added, normed, index, pass);
    attentionOutputNorm?.(added, added, rows);
    ops.add(hidden, added, rows * hiddenSize);
    feedForwardNorm(normed, hidden, rows);
    feedForward(added, normed, rows);
    feedForwardOutputNorm?.(added, added, rows);
    ops.add(hidden, added, rows * hiddenSize);
  };
}
