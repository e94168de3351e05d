import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfigFnObject } from "vite";
import { fixturePlugin } from "./fixture/fixture-plugin.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `vite --mode fixture` plays simulated events; every other mode expects the real server behind the page. */
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
  server: { proxy: mode === "fixture" ? {} : proxyTo(process.env.SIFT_SERVER) },
  plugins: mode === "fixture" ? [fixturePlugin()] : [],
}));

/** The dev server hands the API on to a running demo server, by default where `npm start` puts it. */
function proxyTo(target = "http://127.0.0.1:8080"): Record<string, string> {
  return { "/api": target, "/v1": target, "/health": target };
}

export default config;
