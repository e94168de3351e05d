import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../shared/", import.meta.url));

/** The path of a file or folder of the optional test data beside the repository, or undefined when it is not there. */
export function sharedData(...parts) {
  const path = join(process.env.SIFT_SHARED_DATA ?? root, ...parts);
  return existsSync(path) ? path : undefined;
}
