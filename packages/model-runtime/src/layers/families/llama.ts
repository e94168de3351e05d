import type { CpuMatrix, CpuOps, CpuRegion } from "../../ops/cpu-ops.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type { Decoder, DecoderFamily, DecoderPass } from "../decoder.ts";
import type { LayerCache } from "../kv-cache.ts";
import { createLinear, type Linear, linearNeeds } from "../linear.ts";
import type { LoadedWeights } from "../load-weights.ts";
import { createOutputHead, outputHeadNeeds } from "../output-head.ts";
import { rotaryFrequencies } from "../rotary-frequencies.ts";
import { createScratch, freeing } from "../scratch.ts";
import type { TensorNeed } from "../tensor-need.ts";

/**
 * The Llama architecture (arXiv 2302.13971, grouped queries of 2307.09288): pre-norm blocks of attention with rotary
 * positions and a SwiGLU feed-forward, with biases where the file stores them.
 */
export const llamaFamily: DecoderFamily = { name: "llama", tensors, create };

/** Rows of a pass: weights are unpacked once for all of them, and past this number that no longer shows. */
const MAX_ROWS = 64;

interface Block {
  readonly inputNorm: CpuRegion;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly feedForwardNorm: CpuRegion;
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
}

function tensors(config: ModelConfig): readonly TensorNeed[] {
  const { vocabularySize, hiddenSize } = config;
  const blocks = Array.from({ length: config.layers }, (_, layer) => blockNeeds(config, layer));
  return [
    { name: "model.embed_tokens.weight", shape: [vocabularySize, hiddenSize] },
    ...blocks.flat(),
    ...outputHeadNeeds(config),
  ];
}

function blockNeeds(config: ModelConfig, layer: number): readonly TensorNeed[] {
  const { hiddenSize, feedForwardSize, headDim } = config;
  const prefix = `model.layers.${layer}`;
  const queryWidth = config.queryHeads * headDim;
  const keyWidth = config.kvHeads * headDim;
  return [
    { name: `${prefix}.input_layernorm.weight`, shape: [hiddenSize] },
    ...linearNeeds(`${prefix}.self_attn.q_proj`, queryWidth, hiddenSize),
    ...linearNeeds(`${prefix}.self_attn.k_proj`, keyWidth, hiddenSize),
    ...linearNeeds(`${prefix}.self_attn.v_proj`, keyWidth, hiddenSize),
    ...linearNeeds(`${prefix}.self_attn.o_proj`, hiddenSize, queryWidth),
    { name: `${prefix}.post_attention_layernorm.weight`, shape: [hiddenSize] },
    ...linearNeeds(`${prefix}.mlp.gate_proj`, feedForwardSize, hiddenSize),
    ...linearNeeds(`${prefix}.mlp.up_proj`, feedForwardSize, hiddenSize),
    ...linearNeeds(`${prefix}.mlp.down_proj`, hiddenSize, feedForwardSize),
  ];
}

function readBlock(ops: CpuOps, weights: LoadedWeights, layer: number): Block {
  const prefix = `model.layers.${layer}`;
  const linear = (name: string): Linear => createLinear(ops, weights, `${prefix}.${name}`);
  return {
    inputNorm: weights.vector(`${prefix}.input_layernorm.weight`),
    query: linear("self_attn.q_proj"),
    key: linear("self_attn.k_proj"),
    value: linear("self_attn.v_proj"),
    output: linear("self_attn.o_proj"),
    feedForwardNorm: weights.vector(`${prefix}.post_attention_layernorm.weight`),
    gate: linear("mlp.gate_proj"),
    up: linear("mlp.up_proj"),
    down: linear("mlp.down_proj"),
  };
}

function create(ops: CpuOps, config: ModelConfig, weights: LoadedWeights): Decoder {
  const { hiddenSize, feedForwardSize, queryHeads, kvHeads, headDim } = config;
  const frequencies = rotaryFrequencies(config.rotary);
  const embedding: CpuMatrix = weights.matrix("model.embed_tokens.weight");
  const blocks = Array.from({ length: config.layers }, (_, i) => readBlock(ops, weights, i));
  const scratch = createScratch(ops, MAX_ROWS, {
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
  const { hidden, normed, query, key, value, attended, added, gate, up } = scratch.regions;
  const head = freeing(scratch, () => createOutputHead(ops, config, weights, hidden, MAX_ROWS));

  function attend(block: Block, layer: number, cache: LayerCache, pass: DecoderPass): void {
    const rows = pass.tokens.length;
    const { firstPosition } = pass;
    const { capacity } = pass.cache;
    ops.rmsNorm(normed, hidden, block.inputNorm, rows, hiddenSize, config.normEpsilon);
    block.query(query, normed, rows);
    block.key(key, normed, rows);
    block.value(value, normed, rows);
    const turn = { rows, headDim, firstPosition, frequencies, layout: config.rotary.layout };
    ops.rotate(query, { ...turn, heads: queryHeads });
    ops.rotate(key, { ...turn, heads: kvHeads });
    const place = { rows, kvHeads, headDim, capacity, firstPosition };
    ops.append(cache.keys, key, place);
    ops.append(cache.values, value, place);
    const statistics = ops.attention({
      geometry: config,
      rows,
      firstPosition,
      capacity,
      scale: headDim ** -0.5,
      query,
      ...cache,
      out: attended,
      rule: pass.attention.rule(layer),
      ...(pass.attention.quantile === undefined ? {} : { quantile: pass.attention.quantile }),
    });
    pass.attention.observe?.(layer, statistics);
    block.output(added, attended, rows);
    ops.add(hidden, added, rows * hiddenSize);
  }

  function feedForward(block: Block, rows: number): void {
    ops.rmsNorm(normed, hidden, block.feedForwardNorm, rows, hiddenSize, config.normEpsilon);
    block.gate(gate, normed, rows);
    block.up(up, normed, rows);
    ops.siluMultiply(gate, up, rows * feedForwardSize);
    block.down(added, gate, rows);
    ops.add(hidden, added, rows * hiddenSize);
  }

  return {
    maxRows: MAX_ROWS,
    maxLogitsRows: head.maxRows,
    forward(pass) {
      ops.embed(hidden, embedding, pass.tokens);
      for (const [layer, block] of blocks.entries()) {
        attend(block, layer, pass.cache.layers[layer]!, pass);
        feedForward(block, pass.tokens.length);
      }
    },
    logits: head.logits,
    dispose() {
      head.dispose();
      scratch.dispose();
    },
  };
}
