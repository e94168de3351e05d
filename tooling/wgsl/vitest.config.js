import { defineConfig } from "vitest/config";
import { wgsl } from "./src/wgsl.js";

// Not the shared preset: tooling/testing stands on this package.
export default defineConfig({
  plugins: [wgsl()],
  test: {
    include: ["src/**/*.test.js"],
    reporters: ["default", ["json", { outputFile: ".vitest/results.json" }]],
  },
});
