import { vitestPreset } from "@sift-attention/testing/vitest-preset";
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = mergeConfig(
  vitestPreset(),
  defineConfig({ test: { include: ["page/**/*.test.ts"] } }),
);

export default config;
