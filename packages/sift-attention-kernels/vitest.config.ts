import { vitestPreset } from "@sift-attention/testing/vitest-preset";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig(vitestPreset());

export default config;
