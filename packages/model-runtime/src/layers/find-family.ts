import { ModelError } from "../model-error.ts";
import type { DecoderFamily } from "./decoder.ts";
import { gemma3Family } from "./families/gemma3.ts";
import { gpt2Family } from "./families/gpt2.ts";
import { llamaFamily } from "./families/llama.ts";
import { mistralFamily } from "./families/mistral.ts";
import { qwen2Family } from "./families/qwen2.ts";
import { qwen3Family } from "./families/qwen3.ts";

const FAMILIES: readonly DecoderFamily[] = [
  llamaFamily,
  mistralFamily,
  qwen2Family,
  qwen3Family,
  gemma3Family,
  gpt2Family,
];

/** @throws ModelError "unsupported-architecture", naming those that are there. */
export function findFamily(name: string): DecoderFamily {
  const found = FAMILIES.find((family) => family.name === name);
  if (found) return found;
  throw new ModelError(
    "unsupported-architecture",
    `family: expected one of ${FAMILIES.map((family) => family.name).join(", ")}, got "${name}"`,
  );
}
