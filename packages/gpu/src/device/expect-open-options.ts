import { GpuError } from "../gpu-error.ts";
import type { OpenGpuOptions } from "./open-options.ts";

const choices = {
  adapter: ["hardware", "software", "any"],
  powerPreference: ["low-power", "high-performance"],
  backend: ["d3d11", "d3d12", "metal", "null", "opengl", "opengles", "vulkan", "webgpu"],
} as const;

const nodeOnly = ["backend", "dawnFeatures"] as const;

function refuse(name: string, expected: string, got: unknown): never {
  throw new GpuError("invalid-argument", `openGpu: ${name}: expected ${expected}, got ${got}`);
}

function expectChoices(options: OpenGpuOptions): void {
  for (const [name, allowed] of Object.entries(choices)) {
    const got = options[name as keyof typeof choices];
    if (got === undefined || (allowed as readonly string[]).includes(got)) continue;
    refuse(name, allowed.join(", "), got);
  }
}

function expectFlags(options: OpenGpuOptions): void {
  for (const name of ["experimental", "exactTimestamps"] as const) {
    const got: unknown = options[name];
    if (got !== undefined && typeof got !== "boolean") refuse(name, "true or false", got);
  }
}

function expectToggles({ dawnFeatures = {} }: OpenGpuOptions): void {
  for (const toggle of [...(dawnFeatures.enable ?? []), ...(dawnFeatures.disable ?? [])]) {
    if (!/^[a-z][a-z0-9_]*$/.test(toggle)) {
      refuse("dawnFeatures", "names such as disable_robustness", JSON.stringify(toggle));
    }
  }
}

function expectLimits({ requiredLimits = {} }: OpenGpuOptions): void {
  for (const [name, value] of Object.entries(requiredLimits)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      refuse(`requiredLimits.${name}`, "a whole number of at least 0", value);
    }
  }
}

/**
 * Refuses options that mean nothing.
 * @param inBrowser Whether `navigator.gpu` will open the device.
 * @throws GpuError "invalid-argument".
 */
export function expectOpenOptions(options: OpenGpuOptions, inBrowser: boolean): void {
  expectChoices(options);
  expectFlags(options);
  expectToggles(options);
  expectLimits(options);
  for (const name of nodeOnly) {
    if (inBrowser && options[name] !== undefined) {
      refuse(name, "no such option where navigator.gpu opens the device", options[name]);
    }
  }
}
