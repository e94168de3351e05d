import { GpuError } from "../gpu-error.ts";
import { type DeclaredBinding, declaredBindings } from "./declared-bindings.ts";
import type { BindingKind, KernelSpec } from "./kernel-spec.ts";

function format(group: number, index: number, name: string, kind: BindingKind | undefined): string {
  return `@group(${group}) @binding(${index}) ${name}: ${kind ?? "another resource"}`;
}

function declaredLines(declared: readonly DeclaredBinding[]): readonly string[] {
  return [...declared]
    .sort((a, b) => a.group - b.group || a.index - b.index)
    .map(({ group, index, name, kind }) => format(group, index, name, kind));
}

/**
 * Refuses a kernel whose files declare other bindings than its spec: another name, order, access or count.
 * @throws GpuError "invalid-argument" with both lists.
 */
export function expectBindings({ name, files, bindings }: KernelSpec): void {
  const expected = Object.entries(bindings).map(([name, kind], index) =>
    format(0, index, name, kind),
  );
  const got = declaredLines(declaredBindings(files));
  if (expected.join() === got.join()) return;
  throw new GpuError(
    "invalid-argument",
    `kernel ${name}: bindings: expected ${expected.join("; ") || "none"}, got ${got.join("; ") || "none"} in ${files.map((file) => file.name).join(", ")}`,
  );
}
