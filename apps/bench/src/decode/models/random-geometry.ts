import { BenchError } from "../../bench-error.ts";

/** The sizes of a Llama-like model whose weights are random. */
export interface RandomGeometry {
  readonly layers: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  readonly vocabularySize: number;
  /** Positions that the model is said to be made for. */
  readonly contextLength: number;
}

/** Sizes of published models, with room for the tokens that are generated behind the longest context. */
const PUBLISHED: Readonly<Record<string, RandomGeometry>> = {
  "llama-3.1-8b": {
    layers: 32,
    queryHeads: 32,
    kvHeads: 8,
    headDim: 128,
    hiddenSize: 4096,
    feedForwardSize: 14336,
    vocabularySize: 128256,
    contextLength: 2 ** 17 + 1024,
  },
  "smollm2-135m": {
    layers: 30,
    queryHeads: 9,
    kvHeads: 3,
    headDim: 64,
    hiddenSize: 576,
    feedForwardSize: 1536,
    vocabularySize: 49152,
    contextLength: 8192,
  },
};

const NAMES: Readonly<Record<string, keyof RandomGeometry>> = {
  layers: "layers",
  heads: "queryHeads",
  "kv-heads": "kvHeads",
  "head-dim": "headDim",
  hidden: "hiddenSize",
  ffn: "feedForwardSize",
  vocabulary: "vocabularySize",
  context: "contextLength",
};

/**
 * Reads "llama-3.1-8b", "llama-3.1-8b:layers=4" or all sizes, "layers=2:heads=8:…".
 * @throws BenchError for an unknown model or size, or a size that is missing or no whole number of at least 1.
 */
export function parseRandomGeometry(text: string): RandomGeometry {
  const parts = text.split(":").filter((part) => part !== "");
  const sizes: Partial<Record<keyof RandomGeometry, number>> = {};
  for (const part of parts) Object.assign(sizes, parsePart(part));
  const missing = Object.entries(NAMES).filter(([, field]) => sizes[field] === undefined);
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(", ");
    throw new BenchError(
      `random:${text}: expected a published model or all sizes, got no ${names}`,
    );
  }
  return expectConsistent(text, sizes as RandomGeometry);
}

function parsePart(part: string): Partial<Record<keyof RandomGeometry, number>> {
  const published = PUBLISHED[part];
  if (published) return published;
  const [name = "", value = ""] = part.split("=");
  const field = NAMES[name];
  const size = Number(value);
  if (field && Number.isSafeInteger(size) && size >= 1) return { [field]: size };
  const expected = [...Object.keys(PUBLISHED), ...Object.keys(NAMES).map((each) => `${each}=N`)];
  throw new BenchError(`random model: expected one of ${expected.join(", ")}; got ${part}`);
}

function expectConsistent(text: string, geometry: RandomGeometry): RandomGeometry {
  const { queryHeads, kvHeads } = geometry;
  if (queryHeads % kvHeads === 0) return geometry;
  throw new BenchError(
    `random:${text}: expected heads of a multiple of kv-heads, got ${queryHeads} and ${kvHeads}`,
  );
}
