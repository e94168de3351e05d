import { wgsl } from "@sift-attention/wgsl";
import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: ["src/index.ts", "src/dawn/dawn.ts", "src/dawn/no-dawn.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2022",
  dts: true,
  sourcemap: true,
  plugins: [wgsl()],
  deps: { neverBundle: ["#dawn", "webgpu"] }, // package.json's "imports" chooses: Dawn in Node, none in browsers
});

export default config;
