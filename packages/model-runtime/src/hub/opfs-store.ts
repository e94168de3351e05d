import { ModelError } from "../model-error.ts";
import { failStoring, quotaError, readRoom } from "./browser-quota.ts";
import type { ModelStore } from "./model-store.ts";
import { type BrowserStorage, type OpfsFolder, openOpfsFolder } from "./opfs.ts";
import { openOpfsPartial, readComplete, readSegments, SEGMENT_BYTES } from "./opfs-partial.ts";
import { createSha256 } from "./sha256.ts";
import { withWebLock } from "./web-lock.ts";

/**
 * Downloads in the private file system of the page's origin, which workers and tabs of the origin share: what is done
 * exclusively holds a Web Lock.
 * @throws ModelError "download" where the browser lends no such storage.
 */
export async function openOpfsStore(
  folderName: string,
  segmentBytes: number = SEGMENT_BYTES,
): Promise<ModelStore> {
  const browser = (globalThis as { readonly navigator?: BrowserStorage }).navigator ?? {};
  const root = await openRoot(browser, folderName);
  const open = (path: string): Promise<OpfsFolder | undefined> => openOpfsFolder(root, path);

  async function readWhole(path: string): Promise<Blob | undefined> {
    const folder = await open(path);
    const byteLength = folder && (await readComplete(folder));
    if (!folder || byteLength === undefined) return undefined;
    const blob = new Blob(await readSegments(folder));
    return blob.size === byteLength ? blob : undefined;
  }

  return {
    replacesRevisions: true,
    async find(path) {
      const folder = await open(path);
      if (!folder) return undefined;
      const { size } = new Blob(await readSegments(folder));
      return { byteLength: size, isComplete: (await readComplete(folder)) === size };
    },
    readText: async (path) => (await readWhole(path))?.text(),
    async list(path) {
      const names: string[] = [];
      for await (const name of (await open(path))?.keys() ?? []) names.push(name);
      return names;
    },
    async remove(path) {
      const cut = path.lastIndexOf("/");
      const folder = await open(path.slice(0, cut));
      if (folder && (await open(path)))
        await folder.removeEntry(path.slice(cut + 1), { recursive: true });
    },
    async openPartial(path) {
      const folder = await openOpfsFolder(root, path, true);
      return openOpfsPartial(folder!, segmentBytes);
    },
    async source(folder, { id, revision, files }) {
      const blobs = new Map<string, Blob>();
      for (const file of files) {
        const blob = await readWhole(`${folder}/${revision}/${file}`);
        if (!blob)
          throw new ModelError("missing-file", `${id}: ${file} is gone; download it again`);
        blobs.set(file, blob);
      }
      return { name: id, files: blobs };
    },
    createDigest: createSha256,
    async expectRoom(what, byteLength) {
      const room = await readRoom(browser);
      if (room && byteLength > room.available) throw quotaError(what, byteLength, room);
    },
    exclusively: (name, signal, work) =>
      withWebLock(browser, `${folderName}/${name}`, signal, work),
    fail: (error) => failStoring(browser, error),
  };
}

async function openRoot(browser: BrowserStorage, folderName: string): Promise<OpfsFolder> {
  try {
    const root = await browser.storage?.getDirectory?.();
    if (root) return await root.getDirectoryHandle(folderName, { create: true });
  } catch (cause) {
    throw noStorage(cause);
  }
  throw noStorage();
}

function noStorage(cause?: unknown): ModelError {
  const message =
    "download: this page may store no files: that needs https or localhost, and no private window; fetch the files and open them by name";
  return new ModelError("download", message, { cause });
}
