import { ModelError } from "../model-error.ts";
import { createBpeTokenizer } from "../tokenizer/bpe-tokenizer.ts";
import {
  createChatRenderer,
  findChatTemplate,
  type RenderChat,
  readTemplateTokens,
} from "../tokenizer/chat-template.ts";
import { readTokenizerJson } from "../tokenizer/tokenizer-json.ts";
import { collectTensors } from "./collect-tensors.ts";
import { createJsonFields } from "./config-fields.ts";
import { findHuggingFaceFamily } from "./families/model-families.ts";
import type { FileSet } from "./file-set.ts";
import { readSamplingDefaults } from "./generation-defaults.ts";
import { type JsonObject, readJsonFile, readOptionalJsonFile, readTextFile } from "./json-file.ts";
import type { ModelConfig } from "./model-config.ts";
import type { ModelFiles } from "./model-files.ts";
import type { OpenFilesOptions } from "./open-model-files.ts";
import { readFolderTensors } from "./safetensors-folder.ts";
import { mergeStopTokens } from "./stop-tokens.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/** Opens a Hugging Face folder: config.json, tokenizer.json, safetensors and what goes with them. */
export async function openHuggingFaceFiles(
  files: FileSet,
  { signal, onProgress }: OpenFilesOptions,
): Promise<ModelFiles> {
  const where = `${files.name}: config.json`;
  const json = await readJsonFile(files, "config.json", signal);
  const generation = (await readOptionalJsonFile(files, "generation_config.json", signal)) ?? {};
  const family = findFamily(where, json);
  const config = family.huggingFace.readConfig(createJsonFields(where, json));
  const defaults = createJsonFields(`${files.name}: generation_config.json`, generation);
  const stopTokens = mergeStopTokens(
    files.name,
    config.vocabularySize,
    createJsonFields(where, json).tokens("eos_token_id"),
    defaults.tokens("eos_token_id"),
  );
  const stored = withoutPrefix(await readFolderTensors(files, signal), family.huggingFace.prefix);
  const tensors = collectTensors(
    files.name,
    family.expectedTensors(config),
    stored,
    ({ huggingFace }) => huggingFace,
  );
  onProgress?.({ stage: "tokenizer", item: "tokenizer.json", bytesDone: 0, bytesTotal: 0 });
  return {
    source: files.name,
    config: { ...config, stopTokens } satisfies ModelConfig,
    tensors,
    tokenizer: createBpeTokenizer(
      readTokenizerJson(await readJsonFile(files, "tokenizer.json", signal)),
    ),
    generationDefaults: { ...readSamplingDefaults(defaults), stopTokens },
    renderChat: await readChat(files, signal),
    close: () => files.close(),
  };
}

function findFamily(where: string, json: JsonObject): ReturnType<typeof findHuggingFaceFamily> {
  if (json.quantization_config !== undefined && json.quantization_config !== null) {
    const message = `${where}: quantization_config: quantised safetensors are not supported; use a GGUF file`;
    throw new ModelError("unsupported-format", message);
  }
  return findHuggingFaceFamily(where, createJsonFields(where, json).text("model_type"));
}

/** The tensors with their names cut, where they begin with the prefix. */
function withoutPrefix(
  stored: ReadonlyMap<string, StoredTensor>,
  prefix = "",
): ReadonlyMap<string, StoredTensor> {
  const cut = (name: string): string =>
    name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return new Map([...stored].map(([name, tensor]) => [cut(name), tensor]));
}

async function readChat(files: FileSet, signal?: AbortSignal): Promise<RenderChat | undefined> {
  const config = (await readOptionalJsonFile(files, "tokenizer_config.json", signal)) ?? {};
  const template = files.fileNames.has("chat_template.jinja")
    ? await readTextFile(files, "chat_template.jinja", signal)
    : findChatTemplate(config);
  return template === undefined
    ? undefined
    : createChatRenderer(template, readTemplateTokens(config));
}
