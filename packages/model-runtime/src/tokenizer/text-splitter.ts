import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelError } from "../model-error.ts";

/** What happens to a text before the model: normalisation, then cutting into words. */
export interface TextSplitter {
  normalize(text: string): string;
  /** Words of a normalised text. `piece` counts the pieces between added tokens from 0. */
  split(text: string, piece: number): readonly string[];
}

/**
 * The normalizer and pre_tokenizer of a tokenizer.json, through @huggingface/tokenizers, which translates their
 * regular expressions.
 * @throws ModelError "bad-tokenizer" when it does not know them.
 */
export function createTextSplitter(normalizer: unknown, preTokenizer: unknown): TextSplitter {
  const model = { type: "BPE", vocab: {}, merges: [] };
  const rest = { added_tokens: [], post_processor: null, decoder: null };
  const steps = attempt("cannot use its normalizer or pre_tokenizer", () => {
    return new HuggingFaceTokenizer(
      { normalizer, pre_tokenizer: preTokenizer, model, ...rest },
      {},
    );
  });
  return {
    normalize: (text) => attempt("cannot normalise", () => steps.normalizer?.(text) ?? text),
    split: (text, piece) =>
      attempt(
        "cannot split",
        () => steps.pre_tokenizer?.(text, { section_index: piece }) ?? [text],
      ),
  };
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new ModelError("bad-tokenizer", `tokenizer: ${what}`, { cause });
  }
}
