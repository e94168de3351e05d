/** The Vitest settings that every package shares: run from source, write a report for the closing line. */
export function vitestPreset() {
  const conditions = ["@sift-attention/source"];
  return {
    resolve: { conditions: [...conditions, "module", "browser", "development|production"] },
    ssr: { resolve: { conditions: [...conditions, "node", "module", "development|production"] } },
    test: {
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      reporters: ["default", ["json", { outputFile: ".vitest/results.json" }]],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  };
}
