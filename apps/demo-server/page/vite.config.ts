import { fileURLToPath } from "node:url";
import { defineConfig, type ProxyOptions, type UserConfigFnObject } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** `vite --mode fixture` plays simulated events; every other mode hands the API on to a running demo server. */
const config: UserConfigFnObject = defineConfig(({ mode }) => ({
  root: here("."),
  base: "./",
  build: {
    outDir: here("../dist/page"),
    emptyOutDir: true,
    target: "es2022",
    // light-dark() and color-mix() stay as they are written.
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  // As the real server: threads of a model in the page share memory.
  server: {
    headers: isolation,
    proxy: mode === "fixture" ? {} : createProxy(process.env.SIFT_SERVER),
  },
  plugins: [mode === "fixture" && openFixture()],
}));

async function openFixture() {
  const { fixturePlugin } = await import("./fixture/fixture-plugin.ts");
  return fixturePlugin();
}

/** The server takes browsers' requests from its own page alone: the proxy speaks in its name. */
function createProxy(target = "http://127.0.0.1:7438"): Record<string, ProxyOptions> {
  const options = { target, changeOrigin: true, headers: { origin: target } };
  return { "/api": options, "/v1": options, "/health": options };
}

export default config;
