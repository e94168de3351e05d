import type { ViteUserConfig } from "vitest/config";

/** The Vitest settings that every package shares: run from source, import shaders as text, test GPU code in software, write a report for the closing line. */
export declare function vitestPreset(): ViteUserConfig;
