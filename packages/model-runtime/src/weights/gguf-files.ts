import { ModelError } from "../model-error.ts";
import { createChatRenderer } from "../tokenizer/chat-template.ts";
import { createGgufTokenizer } from "../tokenizer/gguf-tokenizer.ts";
import { collectTensors } from "./collect-tensors.ts";
import { createConfigFields } from "./config-fields.ts";
import { findGgufFamily } from "./families/model-families.ts";
import type { FileSet } from "./file-set.ts";
import { readGgufHeader } from "./gguf-header.ts";
import { locateGgufTensors } from "./gguf-tensors.ts";
import type { ModelFiles } from "./model-files.ts";
import type { OpenFilesOptions } from "./open-model-files.ts";
import { mergeStopTokens } from "./stop-tokens.ts";
import { openWeightTensor, type StoredTensor } from "./stored-tensor.ts";

/** Opens a GGUF file, which holds configuration, tokenizer and weights. */
export async function openGgufFiles(
  files: FileSet,
  fileName: string,
  { signal, onProgress }: OpenFilesOptions,
): Promise<ModelFiles> {
  const source = await files.open(fileName);
  const header = await readGgufHeader(source, signal);
  const fields = createConfigFields(source.name, (key) => header.metadata.get(key));
  if (fields.count("split.count", { min: 0, otherwise: 1 }) > 1) {
    const message = `${source.name}: a GGUF split over several files is not supported; merge it first`;
    throw new ModelError("unsupported-format", message);
  }
  const family = findGgufFamily(source.name, fields.text("general.architecture"));
  const stored = locateGgufTensors(source, header);
  const config = family.gguf.readConfig(fields, {
    shapeOf: (name) => stored.get(name)?.shape,
    frequencyFactors: await readFactors(stored.get("rope_freqs.weight"), signal),
  });
  const expected = family.expectedTensors(config);
  const tensors = collectTensors(source.name, expected, stored, ({ gguf }) => gguf);
  onProgress?.({ stage: "tokenizer", item: fileName, bytesDone: 0, bytesTotal: 0 });
  const embedded = createGgufTokenizer(fields, header.metadata);
  const stopTokens = mergeStopTokens(source.name, config.vocabularySize, embedded.stopTokens);
  const template = fields.text("tokenizer.chat_template", "");
  return {
    source: files.name,
    config: { ...config, stopTokens },
    tensors,
    tokenizer: embedded.tokenizer,
    generationDefaults: { stopTokens },
    renderChat: template === "" ? undefined : createChatRenderer(template, embedded.templateTokens),
    close: () => files.close(),
  };
}

/** More would be no head. */
const MOST_FACTORS = 4096;

async function readFactors(
  stored: StoredTensor | undefined,
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  if (!stored) return undefined;
  const { format, shape, byteLength, readInto } = openWeightTensor(stored.name, stored);
  if (format !== "f32" || shape.length !== 1 || byteLength > MOST_FACTORS * 4) {
    const message = `${stored.name}: expected at most ${MOST_FACTORS} f32, got ${format} [${shape.join(", ")}]`;
    throw new ModelError("bad-tensor", message);
  }
  const bytes = new Uint8Array(byteLength);
  await readInto(bytes, signal);
  return Float32Array.from({ length: byteLength / 4 }, (_, i) =>
    new DataView(bytes.buffer).getFloat32(i * 4, true),
  );
}
