import { GpuError } from "../gpu-error.ts";

/** What shaders and copies do with a buffer; all of these can be written and read from here. */
export type ShaderUsage = "storage" | "uniform" | "indirect" | "query";

/** `readback` is memory of the processor that copies end in, and has no other use beside it. */
export type BufferUsage = ShaderUsage | "readback" | readonly ShaderUsage[];

/** WebGPU's flags. The globals that name them exist in browsers only. */
export const usageFlags = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  INDIRECT: 0x100,
  QUERY_RESOLVE: 0x200,
} as const;

const shaderFlags: Readonly<Record<ShaderUsage, number>> = {
  storage: usageFlags.STORAGE,
  uniform: usageFlags.UNIFORM,
  indirect: usageFlags.INDIRECT,
  query: usageFlags.QUERY_RESOLVE,
};

function isShaderUsage(name: unknown): name is ShaderUsage {
  return typeof name === "string" && Object.hasOwn(shaderFlags, name);
}

/**
 * The usage as WebGPU's flags.
 * @throws GpuError "invalid-argument" for an unknown usage, or `readback` beside another.
 */
export function flagsOf(where: string, usage: BufferUsage): number {
  if (usage === "readback") return usageFlags.MAP_READ | usageFlags.COPY_DST;
  const names: readonly unknown[] = Array.isArray(usage) ? usage : [usage];
  if (names.length > 0 && names.every(isShaderUsage)) {
    const copies = usageFlags.COPY_SRC | usageFlags.COPY_DST;
    return names.reduce((flags: number, name) => flags | shaderFlags[name], copies);
  }
  throw new GpuError(
    "invalid-argument",
    `${where}: usage: expected "readback" alone or some of ${Object.keys(shaderFlags).join(", ")}, got ${JSON.stringify(usage)}`,
  );
}
