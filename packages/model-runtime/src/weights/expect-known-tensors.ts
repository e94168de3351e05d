import { ModelError } from "../model-error.ts";

/** Tensors of a layer, as Hugging Face, GPT-2 and GGUF name them. */
const LAYER = /^(model\.layers|h|blk)\./;
/** Rotary tables and causal masks that old exporters stored; the configuration says the same. */
const REDUNDANT =
  /\.(rotary_emb\.inv_freq|attn_rot_embd(\.weight)?)$|^h\.\d+\.attn\.(masked_)?bias$/;

/**
 * A layer's tensor that nobody computes with means another architecture: its text would be wrong without a word.
 * @throws ModelError "unsupported-architecture".
 */
export function expectKnownTensors(
  where: string,
  names: Iterable<string>,
  known: ReadonlySet<string>,
): void {
  for (const name of names) {
    if (!LAYER.test(name) || known.has(name) || REDUNDANT.test(name)) continue;
    const message = `${where}: ${name}: the model has no such tensor in its layers; the file is of another architecture`;
    throw new ModelError("unsupported-architecture", message);
  }
}
