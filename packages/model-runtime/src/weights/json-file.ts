import { ModelError } from "../model-error.ts";
import { readBytes } from "./byte-source.ts";
import type { FileSet } from "./file-set.ts";

/** A JSON object as it came, nothing checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The tokenizer.json of the largest vocabularies has about 35 MB. */
const LARGEST_JSON_BYTES = 256 * 1024 * 1024;

/** Text of a UTF-8 file. @throws ModelError "missing-file", "bad-file" when it is too large or no UTF-8, "aborted". */
export async function readTextFile(
  files: FileSet,
  fileName: string,
  signal?: AbortSignal,
): Promise<string> {
  const source = await files.open(fileName);
  if (source.byteLength > LARGEST_JSON_BYTES) {
    const limit = `at most ${LARGEST_JSON_BYTES} bytes, got ${source.byteLength}`;
    throw new ModelError("bad-file", `${fileName}: expected ${limit}`);
  }
  const bytes = await readBytes(source, 0, source.byteLength, signal);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError("bad-file", `${fileName}: expected UTF-8 text`, { cause });
  }
}

/** A file that holds one JSON object. @throws ModelError as readTextFile, "bad-file" when it holds something else. */
export async function readJsonFile(
  files: FileSet,
  fileName: string,
  signal?: AbortSignal,
): Promise<JsonObject> {
  return parseJsonObject(fileName, await readTextFile(files, fileName, signal));
}

/** As readJsonFile, undefined when there is no such file. */
export async function readOptionalJsonFile(
  files: FileSet,
  fileName: string,
  signal?: AbortSignal,
): Promise<JsonObject | undefined> {
  return files.fileNames.has(fileName) ? await readJsonFile(files, fileName, signal) : undefined;
}

/** @throws ModelError "bad-file" when the text is not one JSON object. */
export function parseJsonObject(where: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ModelError("bad-file", `${where}: expected JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new ModelError("bad-file", `${where}: expected a JSON object`);
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
