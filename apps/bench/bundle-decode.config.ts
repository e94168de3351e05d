import { defineConfig, type UserConfig } from "tsdown";
import kernels from "./bundle.config.ts";

/** `bench decode` as one file, made as that of the kernels is. */
const config: UserConfig = defineConfig({
  ...kernels,
  entry: { "bench-decode": "src/decode-cli.ts" },
});

export default config;
