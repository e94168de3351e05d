// The CPU operators as one bundle made from source, for programs outside Vitest: Node runs no TypeScript here.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles createCpuOps into a folder of this name in the cache; returns the path of the folder. */
export async function bundleOps(name) {
  const outDir = join(root, ".cache", name);
  await build({
    ...{ cwd: root, config: false, outDir, format: "esm", platform: "neutral", dts: false },
    ...{ entry: ["src/ops/create-cpu-ops.ts"], logLevel: "error" },
    deps: { alwaysBundle: [/^@sift-attention\//] },
    inputOptions: { resolve: { conditionNames: ["@sift-attention/source"] } },
  });
  return outDir;
}
