import { type PartialFile, parseNote } from "./partial-file.ts";

/**
 * Opens the partial file of a path. One download at a time owns `<path>.part` and can go on with what an earlier one
 * left; another one of the same file writes to a file of its own, so that both end well.
 */
export async function openDiskPartial(path: string): Promise<PartialFile> {
  const { open, readFile, rename, rm, writeFile } = process.getBuiltinModule("node:fs/promises");
  const lock = `${path}.lock`;
  const owns = await takeLock(lock);
  const part = owns ? `${path}.part` : `${path}.${globalThis.crypto.randomUUID()}.part`;
  const note = `${part}.json`;
  // Not "w+", which would drop what is there; not "a+", which would only write at the end.
  const handle = await open(part, "r+").catch(() => open(part, "w+"));
  return {
    byteLength: async () => (await handle.stat()).size,
    readNote: async () => parseNote(await readFile(note, "utf8").catch(() => "")),
    writeNote: (content) => writeFile(note, JSON.stringify(content)),
    read: async (target, position) =>
      (await handle.read(target, 0, target.byteLength, position)).bytesRead,
    async write(bytes, position) {
      for (let done = 0; done < bytes.byteLength; ) {
        const rest = bytes.byteLength - done;
        done += (await handle.write(bytes, done, rest, position + done)).bytesWritten;
      }
    },
    async clear() {
      await rm(note, { force: true });
      if ((await handle.stat()).size > 0) await handle.truncate(0);
    },
    async finish() {
      await handle.sync();
      await rename(part, path);
      await rm(note, { force: true });
    },
    async close() {
      await handle.close();
      if (!owns) await Promise.all([part, note].map((file) => rm(file, { force: true })));
      else await rm(lock, { force: true });
    },
  };
}

/** Whether the lock is ours now: it was free, or its owner is gone. */
async function takeLock(lock: string): Promise<boolean> {
  const { readFile, rm, writeFile } = process.getBuiltinModule("node:fs/promises");
  const { hostname } = process.getBuiltinModule("node:os");
  const me = `${hostname()} ${process.pid}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lock, me, { flag: "wx" });
      return true;
    } catch {
      const owner = await readFile(lock, "utf8").catch(() => "");
      if (!isGone(owner, hostname())) return false;
      await rm(lock, { force: true });
    }
  }
  return false;
}

/** Only a process of this machine can be known to be gone. */
function isGone(owner: string, host: string): boolean {
  const [ownerHost, pid] = owner.split(" ");
  if (ownerHost !== host || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
