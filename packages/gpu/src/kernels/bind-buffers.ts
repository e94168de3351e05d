import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import { type BoundRange, bindingEntry } from "./binding-entry.ts";
import type { BoundBuffers } from "./kernel.ts";
import type { BindingKinds } from "./kernel-spec.ts";

interface NamedRange extends BoundRange {
  readonly name: string;
  readonly isWritten: boolean;
}

function expectNames(where: string, bindings: BindingKinds, buffers: object): void {
  const known = Object.keys(bindings);
  const missing = known.filter((name) => !Object.hasOwn(buffers, name));
  const unknown = Object.keys(buffers).filter((name) => !Object.hasOwn(bindings, name));
  if (missing.length + unknown.length === 0) return;
  throw new GpuError(
    "invalid-argument",
    `${where}: expected ${known.join(", ")}, got ${Object.keys(buffers).join(", ") || "nothing"}`,
  );
}

/** WebGPU refuses a dispatch that can write what another of its bindings sees. */
function expectNoAlias(where: string, ranges: readonly NamedRange[]): void {
  for (const [i, a] of ranges.entries()) {
    for (const b of ranges.slice(i + 1)) {
      const isShared = a.buffer === b.buffer && (a.isWritten || b.isWritten);
      if (!isShared || a.offset + a.size <= b.offset || b.offset + b.size <= a.offset) continue;
      throw new GpuError(
        "invalid-argument",
        `${where}: expected a written buffer to be bound once, got ${a.name} and ${b.name} over the same bytes`,
      );
    }
  }
}

/**
 * A bind group of buffers by name.
 * @throws GpuError "invalid-argument", "over-limit" or "disposed".
 */
export function bindBuffers<Bindings extends BindingKinds>(
  gpu: Gpu,
  kernel: {
    readonly name: string;
    readonly bindings: Bindings;
    readonly layout: GPUBindGroupLayout;
  },
  buffers: BoundBuffers<Bindings>,
): GPUBindGroup {
  const { name: label, bindings, layout } = kernel;
  const where = `kernel ${label}: bind`;
  gpu.expectUsable(where);
  expectNames(where, bindings, buffers);
  const ranges = Object.entries(bindings).map(([name, kind]): NamedRange => {
    const range = bindingEntry(`${where} ${name}`, kind, buffers[name]!, gpu.report.limits);
    return { ...range, name, isWritten: kind === "read-write" };
  });
  expectNoAlias(where, ranges);
  const entries = ranges.map(({ buffer, offset, size }, binding) => ({
    binding,
    resource: { buffer, offset, size },
  }));
  return gpu.guard(where, () => gpu.device.createBindGroup({ label, layout, entries }));
}
