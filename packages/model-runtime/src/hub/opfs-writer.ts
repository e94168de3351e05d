import { PassingFailure } from "./hub-request.ts";
import type { OpfsAccess, OpfsFile } from "./opfs.ts";

/** One file that is being written. What was written counts once it is closed. */
export interface OpfsWriter {
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(byteLength: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file for writing. A worker writes in place and keeps what it wrote even when it is killed; on the main thread
 * the browser writes to a copy that takes the file's place at the end.
 * @throws PassingFailure while another worker holds the file, DOMException.
 */
export async function openOpfsWriter(file: OpfsFile): Promise<OpfsWriter> {
  if (file.createSyncAccessHandle) {
    return accessWriter(await file.createSyncAccessHandle().catch(heldElsewhere));
  }
  const stream = await file.createWritable?.({ keepExistingData: true });
  if (!stream) throw new Error("this browser writes to its private file system in workers only");
  return {
    write: (data, position) => stream.write({ type: "write", position, data }),
    truncate: (byteLength) => stream.truncate(byteLength),
    close: () => stream.close(),
  };
}

function accessWriter(access: OpfsAccess): OpfsWriter {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.byteLength; ) {
        const count = access.write(bytes.subarray(done), { at: position + done });
        if (count === 0) throw new DOMException("nothing more fits", "QuotaExceededError");
        done += count;
      }
    },
    truncate: async (byteLength) => access.truncate(byteLength),
    async close() {
      try {
        access.flush();
      } finally {
        access.close();
      }
    },
  };
}

/** A worker that has just been ended may hold its files for a moment. */
function heldElsewhere(error: unknown): never {
  if (!(error instanceof DOMException && error.name === "NoModificationAllowedError")) throw error;
  throw new PassingFailure("the file is being written elsewhere", { cause: error });
}
