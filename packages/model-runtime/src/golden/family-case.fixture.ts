import { readFileSync } from "node:fs";
import { byteLevelText } from "../tokenizer/byte-level.ts";

/** What family-golden.py made. */
export const FAMILY_CASES = [
  "llama",
  "mistral",
  "qwen2",
  "qwen2-sliding",
  "qwen3",
  "gemma3",
  "gpt2",
] as const;

export type FamilyCase = (typeof FAMILY_CASES)[number];

/** A golden.json. */
export interface FamilyGolden {
  readonly tool: string;
  /** [24]. */
  readonly tokens: readonly number[];
  /** Positions whose logits are there. */
  readonly rows: readonly number[];
  /** In float64: [rows, vocabulary]. */
  readonly logits: readonly (readonly number[])[];
  /** Largest distance of float32 logits to the float64 ones. */
  readonly float32Error: number;
  /** Tokens after `tokens`, and the least gap of the two largest logits among them. */
  readonly greedy: readonly number[];
  readonly leastGap: number;
}

export function readFamilyFile(name: FamilyCase, file: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`families/${name}/${file}`, import.meta.url)));
}

export function readFamilyGolden(name: FamilyCase): FamilyGolden {
  return JSON.parse(new TextDecoder().decode(readFamilyFile(name, "golden.json")));
}

/** Single bytes: the models' vocabulary, which no text needs. */
export const FAMILY_VOCABULARY: readonly string[] = Array.from({ length: 96 }, (_, byte) =>
  byteLevelText(Uint8Array.of(byte + 32)),
);

const TOKENIZER = {
  version: "1.0",
  added_tokens: [],
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
  decoder: { type: "ByteLevel" },
  model: {
    type: "BPE",
    vocab: Object.fromEntries(FAMILY_VOCABULARY.map((token, id) => [token, id])),
    merges: [],
  },
};

/** The Hugging Face folder of a case, with a tokenizer. */
export function createFamilyFolder(name: FamilyCase): Map<string, Uint8Array> {
  return new Map([
    ["config.json", readFamilyFile(name, "config.json")],
    ["model.safetensors", readFamilyFile(name, "model.safetensors")],
    ["tokenizer.json", new TextEncoder().encode(JSON.stringify(TOKENIZER))],
  ]);
}
