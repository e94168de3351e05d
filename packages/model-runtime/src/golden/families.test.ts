import { float32Ulp } from "@sift-attention/reference-attention";
import { afterEach, describe, expect, test } from "vitest";
import { CPU_KINDS } from "../../test/cpu-kinds.ts";
import { blueprintTensors } from "../layers/blueprint-tensors.ts";
import { createCpuDecoder } from "../layers/cpu-decoder.ts";
import type { Decoder } from "../layers/decoder.ts";
import type {
  AttentionBlueprint,
  DecoderBlueprint,
  LayerBlueprint,
} from "../layers/decoder-blueprint.ts";
import { findFamily } from "../layers/find-family.ts";
import { createKvCache, type KvCache } from "../layers/kv-cache.ts";
import { loadWeights } from "../layers/load-weights.ts";
import { findTensors } from "../layers/tensor-need.ts";
import type { CpuOps } from "../ops/cpu-ops.ts";
import { createCpuOps } from "../ops/create-cpu-ops.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { openModelFiles } from "../weights/open-model-files.ts";
import {
  createFamilyFolder,
  FAMILY_CASES,
  type FamilyCase,
  type FamilyGolden,
  readFamilyGolden,
} from "./family-case.fixture.ts";
import { createFamilyGguf, GGUF_CASES } from "./family-gguf.fixture.ts";

let open: { readonly ops: CpuOps; readonly decoder: Decoder; readonly cache: KvCache } | undefined;

afterEach(async () => {
  await open?.ops.dispose();
  open = undefined;
});

const openFolder = (name: FamilyCase): Promise<ModelFiles> =>
  openModelFiles({ files: createFamilyFolder(name) });

async function openDecoder(
  files: ModelFiles,
  kind: (typeof CPU_KINDS)[number],
  change: (blueprint: DecoderBlueprint) => DecoderBlueprint = (blueprint) => blueprint,
): Promise<NonNullable<typeof open>> {
  const ops = await createCpuOps({ kind });
  const { config, tensors } = files;
  const blueprint = findFamily(config.family).blueprint(config, (name) => tensors.has(name));
  const weights = await loadWeights(ops, findTensors(files, blueprintTensors(blueprint)));
  const decoder = createCpuDecoder(ops, change(blueprint), weights);
  open = { ops, decoder, cache: createKvCache(ops, config, 64) };
  open.cache.reset();
  return open;
}

/** Logits of each token, handed in by chunks of the given size. */
function logitsOf(
  { decoder, cache }: NonNullable<typeof open>,
  tokens: readonly number[],
  chunk: number,
): Float32Array[] {
  const logits: Float32Array[] = [];
  for (let at = 0; at < tokens.length; at += chunk) {
    const rows = tokens.slice(at, at + chunk);
    decoder.forward({
      ...{ tokens: rows, firstPosition: at, cache },
      attention: { rule: () => ({ kind: "full" }) },
    });
    for (let row = 0; row < rows.length; row++) logits.push(decoder.logits(row, 1).slice());
  }
  return logits;
}

const indexOfLargest = (logits: Float32Array): number => logits.indexOf(Math.max(...logits));

/** Largest difference of the reported rows. */
function largestError(logits: readonly Float32Array[], golden: FamilyGolden): number {
  const differences = golden.rows.flatMap((row, i) =>
    golden.logits[i]!.map((value, id) => Math.abs(logits[row]![id]! - value)),
  );
  return Math.max(...differences);
}

/** Twice the honest float32 error, plus 4 ulp of the largest logit. */
function bound({ float32Error, logits }: FamilyGolden): number {
  const largest = Math.max(...logits.flat().map(Math.abs));
  return 2 * float32Error + 4 * float32Ulp(largest);
}

describe.each(CPU_KINDS)("openModelFiles and createCpuDecoder on %s operators", (kind) => {
  test.each(FAMILY_CASES)("%s: logits are those of transformers", async (name) => {
    const golden = readFamilyGolden(name);
    const opened = await openDecoder(await openFolder(name), kind);
    expect(largestError(logitsOf(opened, golden.tokens, 24), golden)).toBeLessThan(bound(golden));
  });

  test.each(FAMILY_CASES)("%s: greedy tokens are those of transformers", async (name) => {
    const { tokens, greedy } = readFamilyGolden(name);
    const opened = await openDecoder(await openFolder(name), kind);
    const logits = logitsOf(opened, [...tokens, ...greedy], 64).slice(tokens.length - 1, -1);
    expect(logits.map(indexOfLargest)).toEqual(greedy);
  });

  test.each(FAMILY_CASES)("%s: chunks of any size give the same bits", async (name) => {
    const { tokens } = readFamilyGolden(name);
    const opened = await openDecoder(await openFolder(name), kind);
    const whole = logitsOf(opened, tokens, 24);
    for (const chunk of [1, 5, 9]) {
      opened.cache.reset();
      expect(logitsOf(opened, tokens, chunk)).toEqual(whole);
    }
  });
});

describe.each(CPU_KINDS)("openModelFiles of GGUF and createCpuDecoder on %s operators", (kind) => {
  test.each(GGUF_CASES)("%s: logits are those of transformers", async (name) => {
    const golden = readFamilyGolden(name);
    const files = await openModelFiles({ files: new Map([["m.gguf", createFamilyGguf(name)]]) });
    const opened = await openDecoder(files, kind);
    expect(largestError(logitsOf(opened, golden.tokens, 24), golden)).toBeLessThan(bound(golden));
  });
});

describe("the golden logits", () => {
  type Change = (blueprint: DecoderBlueprint) => DecoderBlueprint;
  const inLayers =
    (change: (layer: LayerBlueprint) => LayerBlueprint): Change =>
    (blueprint) => ({ ...blueprint, layers: blueprint.layers.map(change) });
  const inAttention = (change: (attention: AttentionBlueprint) => AttentionBlueprint): Change =>
    inLayers((layer) => ({ ...layer, attention: change(layer.attention) }));
  const widened = inAttention((attention) =>
    attention.window === undefined ? attention : { ...attention, window: attention.window + 1 },
  );
  const withoutHeadNorms = inAttention(({ queryNorm: _, ...attention }) => attention);
  const mistakes: readonly (readonly [FamilyCase, string, Change])[] = [
    ["mistral", "a window of one key more", widened],
    ["qwen2-sliding", "a window of one key more", widened],
    ["gemma3", "a window of one key more", widened],
    ["qwen2", "no bias on the keys", inAttention(withoutKeyBias)],
    ["qwen3", "no norm of the queries", withoutHeadNorms],
    ["gemma3", "no norm of the queries", withoutHeadNorms],
    ["gemma3", "no cap", ({ logitCap: _, ...blueprint }) => blueprint],
    ["gemma3", "embeddings as they are", (blueprint) => ({ ...blueprint, embeddingScale: 1 })],
    ["gemma3", "one rotary base", inAttention(withoutScaling)],
    ["gemma3", "SiLU", inLayers(withSilu)],
    ["gpt2", "no positions", ({ positions: _, ...blueprint }) => blueprint],
  ];

  test.each(mistakes)("%s: tell of %s", async (name, _mistake, change) => {
    const golden = readFamilyGolden(name);
    const opened = await openDecoder(await openFolder(name), "wasm", change);
    const error = largestError(logitsOf(opened, golden.tokens, 24), golden);
    expect(error).toBeGreaterThan(100 * bound(golden));
  });
});

function withoutKeyBias(attention: AttentionBlueprint): AttentionBlueprint {
  const { bias: _, ...key } = attention.key;
  return { ...attention, key };
}

function withoutScaling(attention: AttentionBlueprint): AttentionBlueprint {
  const frequencies = attention.rotary!.frequencies.map(
    (_, i, { length }) => 10_000 ** (-i / length),
  );
  return { ...attention, rotary: { ...attention.rotary!, frequencies } };
}

function withSilu(layer: LayerBlueprint): LayerBlueprint {
  const { gate, up, down } = layer.feedForward;
  return { ...layer, feedForward: { gate: gate!, up, down, activation: "silu" } };
}
