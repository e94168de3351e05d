import { parseOrigin } from "./model-origin.ts";
import { type ModelStore, stored } from "./model-store.ts";
import { openStore } from "./open-store.ts";
import { type Receipt, readReceipt, readReceipts, removeFiles, removeUnnamed } from "./receipt.ts";

/** A model that was downloaded, or is on its way. */
export interface CachedModel {
  /** What it was downloaded by: an id of the Hub or a URL. */
  readonly id: string;
  /** Bytes that are there. Files that models of one repository share count for each. */
  readonly byteLength: number;
  /** Whether everything is there; a download of the same id goes on otherwise. */
  readonly isComplete: boolean;
}

export interface CacheOptions {
  /** As in `downloadModel`. */
  readonly cacheFolder?: string;
}

/** The models that `downloadModel` keeps here, by id. @throws ModelError "download" where nothing can be stored. */
export async function listCachedModels(
  options: CacheOptions = {},
): Promise<readonly CachedModel[]> {
  const store = await openStore(options.cacheFolder);
  const models = await stored(store, readModels(store));
  return models.sort((a, b) => a.id.localeCompare(b.id));
}

async function readModels(store: ModelStore): Promise<CachedModel[]> {
  const models: CachedModel[] = [];
  for (const kind of ["hub", "url"]) {
    for (const name of await store.list(kind)) {
      const folder = `${kind}/${name}`;
      for (const receipt of await readReceipts(store, folder)) {
        models.push(await describe(store, folder, receipt));
      }
    }
  }
  return models;
}

async function describe(
  store: ModelStore,
  folder: string,
  { id, revision, files, isComplete }: Receipt,
): Promise<CachedModel> {
  const found = await Promise.all(files.map((file) => store.find(`${folder}/${revision}/${file}`)));
  const byteLength = found.reduce((total, file) => total + (file?.byteLength ?? 0), 0);
  return { id, byteLength, isComplete };
}

/**
 * Removes a downloaded model, and files of older revisions that nothing else needs. Resolves to whether there was one.
 * A model that is open stays so: its weights were read.
 * @throws ModelError "bad-option" for an id that is none, "download" when it cannot be removed.
 */
export async function removeCachedModel(
  id: string | URL,
  options: CacheOptions = {},
): Promise<boolean> {
  const { folder, receipt: path } = parseOrigin(id);
  const store = await openStore(options.cacheFolder);
  const remove = async (): Promise<boolean> => {
    const receipt = await readReceipt(store, path);
    if (!receipt) return false;
    await store.remove(path);
    await removeFiles(store, folder, receipt);
    await removeUnnamed(store, folder);
    return true;
  };
  return store.exclusively(folder, undefined, () => stored(store, remove()));
}
