import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import {
  tinyFolder,
  tinyGguf,
  tinyGgufTensors,
  tinyMetadata,
  tinySentencePiece,
} from "../../test/tiny-files.ts";
import { writeGguf } from "../../test/write-gguf.ts";
import { ModelError } from "../model-error.ts";
import { openModelFiles } from "./open-model-files.ts";

const random = createRandom(20_250_611);
const below = (count: number): number => Math.floor(random() * count);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;

const LENGTHS = [0n, 1n, 255n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  3,
  2 ** 31,
  1e308,
  "",
  "\ud800",
  "__proto__",
  "(",
  [],
  [[]],
  {},
  { type: "Sequence" },
  [1, "a", null],
  undefined,
];

type Mutation = (bytes: Uint8Array) => Uint8Array;

const flipBits: Mutation = (bytes) => {
  const out = bytes.slice();
  for (let i = below(8); i >= 0; i--) out[below(out.length)]! ^= 1 << below(8);
  return out;
};

const truncate: Mutation = (bytes) => bytes.slice(0, below(bytes.length));

/** Overwrites eight or four bytes anywhere, often near the front where lengths are. */
const editLength: Mutation = (bytes) => {
  const out = bytes.slice();
  if (out.length < 8) return out;
  const at = below(random() < 0.5 ? Math.min(64, out.length - 7) : out.length - 7);
  const view = new DataView(out.buffer);
  if (random() < 0.5) view.setBigUint64(at, pick(LENGTHS), true);
  else view.setUint32(at, Number(pick(LENGTHS) & 0xffffffffn), true);
  return out;
};

const insertBytes: Mutation = (bytes) => {
  const at = below(bytes.length);
  const extra = Uint8Array.from({ length: 1 + below(40) }, () => below(256));
  return Uint8Array.from([...bytes.subarray(0, at), ...extra, ...bytes.subarray(at)]);
};

/** Replaces, renames or drops one value anywhere in a JSON text. */
const editJson: Mutation = (bytes) => {
  const root: unknown = JSON.parse(new TextDecoder().decode(bytes));
  let node = root as Record<string, unknown>;
  for (;;) {
    const key = pick(Object.keys(node));
    const child = node[key];
    const isBranch = typeof child === "object" && child !== null && Object.keys(child).length > 0;
    if (isBranch && random() < 0.8) {
      node = child as Record<string, unknown>;
      continue;
    }
    if (random() < 0.2) node[`${key}x`] = child;
    node[key] = pick(VALUES);
    return new TextEncoder().encode(JSON.stringify(root));
  }
};

/** A safetensors file with an edited JSON header, and the header's length to fit. */
const editHeader: Mutation = (bytes) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = editJson(bytes.slice(8, 8 + length));
  const out = new Uint8Array(8 + header.length + bytes.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(bytes.subarray(8 + length), 8 + header.length);
  return out;
};

/** A Blob that fails the test when anything outside of it is asked for. */
class GuardedBlob extends Blob {
  override slice(start = 0, end = this.size): Blob {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(this.size);
    return super.slice(start, end);
  }
}

/** Opens a model and uses all of it; resolves to the error's code, or "opened". */
async function useModel(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<string> {
  const blobs = [...files].map(([name, bytes]) => [name, new GuardedBlob([bytes])] as const);
  try {
    const model = await openModelFiles({ files: new Map(blobs) });
    for (const tensor of model.tensors.values()) {
      await tensor.readInto(new Uint8Array(tensor.byteLength));
    }
    const ids = model.tokenizer.encode("hello <|im_end|> 世界\n\n 12345<tool>");
    model.tokenizer.decode([...ids, -1, 0.5, 1e9], { keepSpecialTokens: true });
    model.renderChat?.([{ role: "user", content: "hello" }], { addGenerationPrompt: true });
    await model.close();
    return "opened";
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
}

const ANY: readonly Mutation[] = [flipBits, truncate, editLength, insertBytes];

const folder = tinyFolder() as Map<string, Uint8Array<ArrayBuffer>>;
const sentencePiece = writeGguf({ ...tinyMetadata(), ...tinySentencePiece() }, tinyGgufTensors());

function mutateFolder(file: string, mutation: Mutation): Map<string, Uint8Array<ArrayBuffer>> {
  const mutated = mutation(folder.get(file)!) as Uint8Array<ArrayBuffer>;
  return new Map(folder).set(file, mutated);
}

function mutateGguf(whole: Uint8Array, mutation: Mutation): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map([["tiny.gguf", mutation(whole) as Uint8Array<ArrayBuffer>]]);
}

const JSON_FILES = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
];

const SUITES = {
  "safetensors bytes": () => mutateFolder("model.safetensors", pick(ANY)),
  "safetensors header": () => mutateFolder("model.safetensors", editHeader),
  "GGUF with byte-level BPE": () => mutateGguf(tinyGguf(), pick(ANY)),
  "GGUF with SentencePiece": () => mutateGguf(sentencePiece, pick(ANY)),
  "JSON bytes": () => mutateFolder(pick(JSON_FILES), pick(ANY)),
  "JSON values": () => mutateFolder(pick(JSON_FILES), editJson),
};

describe("openModelFiles on mutated files", () => {
  test("opens them when nothing is changed", async () => {
    expect(await useModel(folder)).toBe("opened");
    expect(await useModel(mutateGguf(tinyGguf(), (bytes) => bytes))).toBe("opened");
    expect(await useModel(mutateGguf(sentencePiece, (bytes) => bytes))).toBe("opened");
  });

  test.each(Object.entries(SUITES))(
    "%s: 400 of them open or throw a ModelError",
    async (_, mutate) => {
      const outcomes = new Map<string, number>();
      const before = process.memoryUsage().rss;
      for (let i = 0; i < 400; i++) {
        const outcome = await useModel(mutate());
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      // Most mutations must be noticed, in more than one way; else the mutations or the checks are too weak.
      expect(outcomes.size).toBeGreaterThan(3);
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20);
    },
  );
});
