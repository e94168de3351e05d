import { defineConfig, type UserConfig } from "tsdown";
import kernels from "./bundle.config.ts";

/** `bench quality` as one file, made as that of the kernels is. */
const config: UserConfig = defineConfig({
  ...kernels,
  entry: { "bench-quality": "src/quality-cli.ts" },
});

export default config;
