import { GpuError } from "../gpu-error.ts";
import type { ConstantKind, ConstantKinds, ConstantValues, KernelFeature } from "./kernel-spec.ts";

const extensions: Readonly<Record<KernelFeature, string>> = {
  subgroups: "subgroups",
  "subgroup-size-control": "subgroup_size_control",
  "shader-f16": "f16",
  "chromium-experimental-subgroup-matrix": "chromium_experimental_subgroup_matrix",
};

const ranges = { u32: [0, 2 ** 32 - 1], i32: [-(2 ** 31), 2 ** 31 - 1] } as const;

function isIn([least, greatest]: readonly [number, number], value: unknown): value is number {
  return Number.isInteger(value) && least <= (value as number) && (value as number) <= greatest;
}

/** A literal that the compiler reads back as exactly this value, or undefined when the kind does not hold it. */
function literal(kind: ConstantKind, value: unknown): string | undefined {
  switch (kind) {
    case "bool":
      return typeof value === "boolean" ? String(value) : undefined;
    case "u32":
      return isIn(ranges.u32, value) ? `${value}u` : undefined;
    case "i32":
      // The least i32 has no literal of its own: 2147483648i does not fit.
      return isIn(ranges.i32, value) ? `i32(${value})` : undefined;
    case "f32":
      return typeof value === "number" && Number.isFinite(Math.fround(value))
        ? `${Math.fround(value)}f`
        : undefined;
  }
}

function expectSameNames(where: string, kinds: ConstantKinds, values: object): void {
  const missing = Object.keys(kinds).filter((name) => !Object.hasOwn(values, name));
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(kinds, name));
  if (missing.length + unknown.length === 0) return;
  const told = [
    ...missing.map((name) => `no ${name}`),
    ...unknown.map((name) => `${name}, which the spec does not name`),
  ];
  throw new GpuError(
    "invalid-argument",
    `${where}: constants: expected ${Object.keys(kinds).join(", ") || "none"}, got ${told.join(", ")}`,
  );
}

/** Whether shaders have an `enable` line for this feature of WebGPU. */
export function isKernelFeature(name: string): name is KernelFeature {
  return Object.hasOwn(extensions, name);
}

/** `enable` lines, which WGSL wants before everything else. */
export function enableLines(features: readonly KernelFeature[] = []): readonly string[] {
  return features.map((feature) => `enable ${extensions[feature]};`);
}

/**
 * Declarations of a kernel's constants: `const TILE: u32 = 64u;`.
 * @throws GpuError "invalid-argument" for a name too few or too many, or a value that its type does not hold.
 */
export function constantLines<Constants extends ConstantKinds>(
  where: string,
  kinds: Constants,
  values: ConstantValues<Constants>,
): readonly string[] {
  expectSameNames(where, kinds, values);
  return Object.entries(kinds).map(([name, kind]) => {
    const value: unknown = values[name];
    const text = literal(kind, value);
    if (text !== undefined) return `const ${name}: ${kind} = ${text};`;
    throw new GpuError("invalid-argument", `${where}: ${name}: expected ${kind}, got ${value}`);
  });
}
