/** Where downloads are kept: `SIFT_CACHE`, or a folder of ours in the platform's place for caches. */
export async function findCacheFolder(): Promise<string> {
  const { join } = process.getBuiltinModule("node:path");
  const { homedir } = process.getBuiltinModule("node:os");
  const { SIFT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SIFT_CACHE) return SIFT_CACHE;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "sift-attention");
  if (process.platform === "win32") {
    return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "sift-attention");
  }
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "sift-attention");
}
