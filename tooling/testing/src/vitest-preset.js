import { wgsl } from "@sift-attention/wgsl";

/** The Vitest settings that every package shares: run from source, import shaders as text, test GPU code in software, write a report for the closing line. */
export function vitestPreset() {
  const conditions = ["@sift-attention/source"];
  return {
    plugins: [wgsl()],
    resolve: { conditions: [...conditions, "module", "browser", "development|production"] },
    ssr: { resolve: { conditions: [...conditions, "node", "module", "development|production"] } },
    test: {
      env: { SIFT_ADAPTER: process.env.SIFT_ADAPTER ?? "software" },
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      reporters: ["default", ["json", { outputFile: ".vitest/results.json" }]],
      testTimeout: 120_000,
      hookTimeout: 300_000,
    },
  };
}
