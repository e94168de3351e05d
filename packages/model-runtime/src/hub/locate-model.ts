import type { ModelSource } from "../weights/open-model-files.ts";
import { type DownloadModelOptions, fetchSource } from "./download-model.ts";
import { isNode } from "./is-node.ts";
import { parseUrl } from "./model-origin.ts";

/**
 * What to open for a source: a text is a path in Node and an id on the Hub elsewhere, a URL is downloaded first unless
 * it leads to a file on disk.
 * @throws ModelError as downloadModel.
 */
export async function locateModel(
  source: ModelSource | URL,
  options: Pick<DownloadModelOptions, "signal" | "onProgress">,
): Promise<ModelSource> {
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  const url = typeof source === "string" ? parseUrl(source) : source;
  if (isNode() && url?.protocol === "file:") {
    return process.getBuiltinModule("node:url").fileURLToPath(url);
  }
  if (isNode() && !url && typeof source === "string") return source;
  return (await fetchSource(url ?? source, options)).source;
}
