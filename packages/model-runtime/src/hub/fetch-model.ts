import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import { parseJsonObject } from "../weights/json-file.ts";
import { chooseFiles, chooseShards } from "./choose-files.ts";
import { downloadFile } from "./download-file.ts";
import { type HubConnection, PassingFailure } from "./hub-request.ts";
import type { ModelOrigin } from "./model-origin.ts";
import { type ModelStore, stored } from "./model-store.ts";
import { type Receipt, readReceipt, removeUnnamed, writeReceipt } from "./receipt.ts";
import type { ListedFile, ModelListing } from "./repository-listing.ts";

/** What fetching works with. */
export interface Fetching {
  readonly origin: ModelOrigin;
  readonly store: ModelStore;
  readonly connection: HubConnection;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** A list of files that can be had elsewhere is not waited for long. */
const ATTEMPTS_WITH_RECEIPT = 2;

/**
 * Brings what opening a model needs into the store, as far as it is not there, and resolves to what is there then. One
 * that was complete once still is when its server is out of reach.
 * @throws ModelError "bad-option", "missing-file", "download", "checksum", "quota", "aborted".
 */
export async function fetchModel(fetching: Fetching): Promise<Receipt> {
  const { origin, store, connection } = fetching;
  return store.exclusively(origin.folder, connection.signal, async () => {
    const known = await stored(store, readReceipt(store, origin.receipt));
    const attempts = known?.isComplete ? ATTEMPTS_WITH_RECEIPT : connection.attempts;
    try {
      const listing = await origin.list({ ...connection, attempts });
      return await fetchListed(fetching, listing, known);
    } catch (error) {
      const isOutOfReach = error instanceof ModelError && error.cause instanceof PassingFailure;
      if (isOutOfReach && known?.isComplete) return known;
      throw error;
    }
  });
}

async function fetchListed(
  fetching: Fetching,
  listing: ModelListing,
  known: Receipt | undefined,
): Promise<Receipt> {
  const { origin, store } = fetching;
  const listed = [...listing.files.keys()];
  const choice = chooseFiles(origin.name, listed, origin.file);
  const revision = listing.commit.replaceAll("/", "--");
  const make = (files: readonly string[], isComplete: boolean): Receipt => {
    const byteLength = sum(files, (file) => listing.files.get(file)?.byteLength ?? 0);
    return { id: origin.id, revision, files, gguf: choice.gguf, byteLength, isComplete };
  };
  const start = make(choice.files, false);
  if (!known?.isComplete) await noteReceipt(fetching, start);
  await fetchFiles(fetching, listing, start);
  const shards = await findShards(fetching, listed, revision, choice.shardIndex);
  const whole = make([...choice.files, ...shards], true);
  await fetchFiles(fetching, listing, whole);
  await noteReceipt(fetching, whole);
  if (store.replacesRevisions) await stored(store, removeUnnamed(store, origin.folder));
  return whole;
}

/** Only a later run needs it. */
async function noteReceipt({ store, origin }: Fetching, receipt: Receipt): Promise<void> {
  await writeReceipt(store, origin.receipt, receipt).catch(() => undefined);
}

async function fetchFiles(
  { origin, store, connection, onProgress }: Fetching,
  { files }: ModelListing,
  { revision, files: wanted }: Receipt,
): Promise<void> {
  const pathOf = (item: string): string => `${origin.folder}/${revision}/${item}`;
  const found = await stored(store, Promise.all(wanted.map((item) => store.find(pathOf(item)))));
  const missing = wanted.filter((_, i) => !found[i]?.isComplete);
  const whole = sum(missing, (item) => files.get(item)?.byteLength ?? 0);
  const there = sum(found, (file) => (file?.isComplete === false ? file.byteLength : 0));
  await store.expectRoom(origin.name, Math.max(0, whole - there));
  for (const item of missing) {
    const file: ListedFile = files.get(item)!;
    await downloadFile(connection, store, { file, path: pathOf(item), item, onProgress });
  }
}

/** The shards that the index names, once it is there. */
async function findShards(
  { origin, store }: Fetching,
  listed: readonly string[],
  revision: string,
  index: string | undefined,
): Promise<readonly string[]> {
  if (index === undefined) return [];
  const path = `${origin.folder}/${revision}/${index}`;
  const text = (await stored(store, store.readText(path))) ?? "";
  return chooseShards(origin.name, listed, parseJsonObject(index, text));
}

function sum<T>(values: readonly T[], read: (value: T) => number): number {
  return values.reduce((total, value) => total + read(value), 0);
}
