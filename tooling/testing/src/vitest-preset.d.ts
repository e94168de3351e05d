import type { ViteUserConfig } from "vitest/config";

/** The Vitest settings that every package shares: run from source, write a report for the closing line. */
export declare function vitestPreset(): ViteUserConfig;
