import { GpuError } from "../gpu-error.ts";
import { declaredBindings, withoutComments } from "./declared-bindings.ts";
import type { Uniforms } from "./define-uniforms.ts";
import type { KernelSpec } from "./kernel-spec.ts";

const shortNames: Readonly<Record<string, string>> = { u: "u32", i: "i32", f: "f32" };

/** WGSL's short names of vectors written out: `vec4u` is `vec4<u32>`. */
function fullType(type: string): string {
  return type.replace(
    /^(vec[234])([uif])$/,
    (_, vector, scalar) => `${vector}<${shortNames[scalar]}>`,
  );
}

/** The fields of a struct as a shader declares them, or undefined when there is none of that name. */
function declaredFields(text: string, name: string): readonly string[] | undefined {
  const body = new RegExp(`\\bstruct\\s+${name}\\s*\\{([^}]*)\\}`).exec(withoutComments(text))?.[1];
  return body
    ?.split(/,(?![^<]*>)/)
    .map((field) => field.replaceAll(/\s/g, ""))
    .filter((field) => field !== "")
    .map((field) => field.replace(/(?<=:).*/, fullType));
}

function refuse(kernel: string, binding: string, expected: string, got: string): never {
  throw new GpuError(
    "invalid-argument",
    `kernel ${kernel}: uniforms ${binding}: expected ${expected}, got ${got}`,
  );
}

function expectStruct(spec: KernelSpec, binding: string, { name, fields }: Uniforms): void {
  const declared = declaredBindings(spec.files).find((other) => other.name === binding);
  if (declared?.kind !== "uniform" || declared.type !== name) {
    refuse(
      spec.name,
      binding,
      `var<uniform> ${binding}: ${name}`,
      declared?.type ?? "no such binding",
    );
  }
  const text = spec.files.map((file) => file.text).join("\n");
  const expected = Object.entries(fields).map(([field, type]) => `${field}:${type}`);
  const got = declaredFields(text, name);
  if (expected.join() === got?.join()) return;
  const told = got ? `struct ${name} { ${got.join(", ")} }` : `no struct ${name}`;
  refuse(spec.name, binding, `struct ${name} { ${expected.join(", ")} }`, told);
}

/**
 * Refuses a kernel whose files declare another uniform struct than its spec: another field, type or order.
 * @throws GpuError "invalid-argument" with both.
 */
export function expectUniforms(spec: KernelSpec): void {
  for (const [binding, uniforms] of Object.entries(spec.uniforms ?? {})) {
    if (uniforms) expectStruct(spec, binding, uniforms);
  }
}
