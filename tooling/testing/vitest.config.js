import { defineConfig } from "vitest/config";
import { vitestPreset } from "./src/vitest-preset.js";

const preset = vitestPreset();

export default defineConfig({
  ...preset,
  test: { ...preset.test, include: ["src/**/*.test.js"] },
});
