import { ModelError } from "../model-error.ts";

/** How a GGUF file with a BPE vocabulary wants its texts cut into words. */
export interface PreTokenizer {
  /** Each cuts the pieces that the one before left; what none matches stays a piece. */
  readonly patterns: readonly string[];
  /** A word that is a token as a whole stays one. */
  readonly ignoreMerges: boolean;
  /** Whether a beginning-of-sequence token goes in front where the file is silent. */
  readonly addBos: boolean;
}

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The pattern of Llama 3 and Qwen 2, which differ in how many digits make a word. */
function modern(digits: string): string {
  const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  const words = `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}`;
  const rest = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return `${contractions}|${words}|${rest}`;
}

function splitBy(...patterns: readonly string[]): PreTokenizer {
  return { patterns, ignoreMerges: false, addBos: false };
}

const gpt2 = splitBy(GPT2);
const llama3 = { patterns: [modern("\\p{N}{1,3}")], ignoreMerges: true, addBos: true };
const qwen2 = splitBy(modern("\\p{N}"));
const singleDigits = splitBy("\\p{N}", GPT2);
const plain = splitBy("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");

/** By llama.cpp's names. */
const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
  default: plain,
  "gpt-2": gpt2,
  "phi-2": gpt2,
  mpt: gpt2,
  olmo: gpt2,
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
  falcon3: llama3,
  dbrx: splitBy(modern("\\p{N}{1,3}")),
  "smaug-bpe": splitBy(modern("\\p{N}{1,3}")),
  qwen2,
  "deepseek-r1-qwen": qwen2,
  stablelm2: qwen2,
  smollm: singleDigits,
  starcoder: singleDigits,
  refact: singleDigits,
  "command-r": singleDigits,
  codeshell: singleDigits,
  exaone: singleDigits,
};

/** @throws ModelError "unsupported-format" with the list of names: another way of cutting would be silently wrong. */
export function findPreTokenizer(name: string): PreTokenizer {
  if (Object.hasOwn(PRE_TOKENIZERS, name)) return PRE_TOKENIZERS[name]!;
  const known = Object.keys(PRE_TOKENIZERS).join(", ");
  const message = `tokenizer: tokenizer.ggml.pre: ${JSON.stringify(name)} is not supported; there is ${known}`;
  throw new ModelError("unsupported-format", message);
}
