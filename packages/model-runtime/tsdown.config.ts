import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // Loaded on demand, and only in Node.
  deps: { neverBundle: [/^node:/] },
  dts: true,
  sourcemap: true,
});

export default config;
