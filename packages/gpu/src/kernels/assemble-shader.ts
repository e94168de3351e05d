import { expectBindings } from "./expect-bindings.ts";
import { expectUniforms } from "./expect-uniforms.ts";
import type { BindingKinds, ConstantKinds, ConstantValues, KernelSpec } from "./kernel-spec.ts";
import { joinFiles, type LineMap } from "./line-map.ts";
import { constantLines, enableLines } from "./shader-header.ts";

/** A shader's whole text, and where its lines come from. */
export interface AssembledShader {
  readonly code: string;
  readonly lineMap: LineMap;
}

/**
 * The text that the compiler gets: `enable` lines, the header with the constants, then the files. Needs no device.
 * @throws GpuError "invalid-argument" for wrong constants, or files that declare other bindings or uniform
 * structs than the spec.
 */
export function assembleShader<Bindings extends BindingKinds, Constants extends ConstantKinds>(
  spec: KernelSpec<Bindings, Constants>,
  constants: ConstantValues<Constants>,
): AssembledShader {
  expectBindings(spec);
  expectUniforms(spec);
  const header = [
    ...enableLines(spec.features),
    ...constantLines(`kernel ${spec.name}`, spec.constants, constants),
  ];
  const generated = header.length === 0 ? [] : [{ name: "header", text: header.join("\n") }];
  return joinFiles([...generated, ...spec.files]);
}
