import { parseJsonObject } from "../weights/json-file.ts";
import { type ModelStore, writeText } from "./model-store.ts";

/** What a store holds for one id. */
export interface Receipt {
  /** The Hub id or the URL. */
  readonly id: string;
  /** Folder of the revision, beside the receipts. */
  readonly revision: string;
  /** Paths in the revision's folder. */
  readonly files: readonly string[];
  /** The .gguf file to open, undefined for a folder. */
  readonly gguf: string | undefined;
  /** Bytes of all files, as far as they are known. */
  readonly byteLength: number;
  /** Whether all files are there. */
  readonly isComplete: boolean;
}

/** Undefined when there is none, or none that makes sense. */
export async function readReceipt(store: ModelStore, path: string): Promise<Receipt | undefined> {
  const text = await store.readText(path);
  if (text === undefined) return undefined;
  try {
    const { id, revision, files, gguf, byteLength, isComplete } = parseJsonObject(path, text);
    if (typeof id !== "string" || typeof revision !== "string") return undefined;
    if (!Array.isArray(files) || !files.every((file) => typeof file === "string")) return undefined;
    return {
      id,
      revision,
      files,
      gguf: typeof gguf === "string" ? gguf : undefined,
      byteLength: typeof byteLength === "number" ? byteLength : 0,
      isComplete: isComplete === true,
    };
  } catch {
    return undefined;
  }
}

export function writeReceipt(store: ModelStore, path: string, receipt: Receipt): Promise<void> {
  return writeText(store, path, JSON.stringify(receipt));
}

/** All receipts of a model's folder. */
export async function readReceipts(store: ModelStore, folder: string): Promise<readonly Receipt[]> {
  const names = await store.list(`${folder}/receipts`);
  const all = await Promise.all(
    names.map((name) => readReceipt(store, `${folder}/receipts/${name}`)),
  );
  return all.filter((receipt) => receipt !== undefined);
}

/** Removes the files of a receipt that is no longer there, as far as no other receipt names them. */
export async function removeFiles(
  store: ModelStore,
  folder: string,
  { revision, files }: Receipt,
): Promise<void> {
  const others = (await readReceipts(store, folder)).filter((one) => one.revision === revision);
  const needed = new Set(others.flatMap((other) => other.files));
  for (const file of files) {
    if (!needed.has(file)) await store.remove(`${folder}/${revision}/${file}`);
  }
}

/** Removes the revisions that no receipt names. */
export async function removeUnnamed(store: ModelStore, folder: string): Promise<void> {
  const receipts = await readReceipts(store, folder);
  const named = new Set(["receipts", ...receipts.map(({ revision }) => revision)]);
  for (const name of await store.list(folder)) {
    if (!named.has(name)) await store.remove(`${folder}/${name}`);
  }
}
