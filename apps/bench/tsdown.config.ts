import { wgsl } from "@sift-attention/wgsl";
import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: ["src/cli.ts"],
  clean: ["dist/*.js", "dist/*.map"], // the bundle of the kernel benchmark stays
  format: "esm",
  platform: "node",
  fixedExtension: false,
  target: "node20",
  dts: false,
  sourcemap: true,
  plugins: [wgsl()],
});

export default config;
