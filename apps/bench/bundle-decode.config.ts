import { wgsl } from "@sift-attention/wgsl";
import { defineConfig, type UserConfig } from "tsdown";

/** `bench decode` as one file that needs Node and the package `webgpu` beside it, made from the packages' sources. */
const config: UserConfig = defineConfig({
  entry: { "bench-decode": "src/decode-cli.ts" },
  outDir: "dist/bundle",
  clean: ["dist/bundle/bench-decode.mjs"], // other bundles stay
  format: "esm",
  platform: "node",
  target: "node20",
  dts: false,
  plugins: [wgsl()],
  inputOptions: { resolve: { conditionNames: ["@sift-attention/source", "node", "import"] } },
  deps: { neverBundle: ["webgpu"], alwaysBundle: [/^(?!webgpu$|node:)/], onlyBundle: false },
  outputOptions: { codeSplitting: false },
});

export default config;
