import type { Uniforms } from "./define-uniforms.ts";

/** A shader file: its name, as messages show it, and its text. */
export interface ShaderFile {
  readonly name: string;
  readonly text: string;
}

/** How a shader uses a buffer: `var<storage, read>`, `var<storage, read_write>` or `var<uniform>`. */
export type BindingKind = "read" | "read-write" | "uniform";

export type ConstantKind = "u32" | "i32" | "f32" | "bool";

/** Features that a shader must enable to use; each becomes an `enable` line. */
export type KernelFeature =
  | "subgroups"
  | "subgroup-size-control"
  | "shader-f16"
  | "chromium-experimental-subgroup-matrix";

export type BindingKinds = Readonly<Record<string, BindingKind>>;
export type ConstantKinds = Readonly<Record<string, ConstantKind>>;

/** What a kernel is made of; sizes come at `createKernel`. */
export interface KernelSpec<
  Bindings extends BindingKinds = BindingKinds,
  Constants extends ConstantKinds = ConstantKinds,
> {
  /** Its name in errors and in the driver's tools. */
  readonly name: string;
  /** In order: preludes first, then the file with the entry point `main`. */
  readonly files: readonly ShaderFile[];
  /** The buffers by the names that the shader gives them, in the order of `@group(0) @binding(i)`. */
  readonly bindings: Bindings;
  /** Constants that the generated header declares in front of the files. */
  readonly constants: Constants;
  readonly features?: readonly KernelFeature[];
  /** Structs of bindings of kind "uniform", by the binding's name; compared with those that the files declare. */
  readonly uniforms?: { readonly [Name in keyof Bindings]?: Uniforms };
}

/** A value for each of a kernel's constants. */
export type ConstantValues<Constants extends ConstantKinds> = {
  readonly [Name in keyof Constants]: Constants[Name] extends "bool" ? boolean : number;
};
