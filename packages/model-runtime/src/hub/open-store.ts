import { isNode } from "./is-node.ts";
import type { ModelStore } from "./model-store.ts";

/**
 * Where this place keeps models: a folder on disk in Node, else the private file system of the page's origin.
 * @throws ModelError "download" where the browser has none.
 */
export async function openStore(folder: string | undefined): Promise<ModelStore> {
  if (!isNode()) {
    const { openOpfsStore } = await import("./opfs-store.ts");
    return openOpfsStore(folder ?? "sift-attention");
  }
  const { createDiskStore } = await import("./disk-store.node.ts");
  const { findCacheFolder } = await import("./cache-folder.node.ts");
  return createDiskStore(folder ?? (await findCacheFolder()));
}
