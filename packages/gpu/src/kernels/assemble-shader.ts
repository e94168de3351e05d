import { declaredIntegers } from "./declared-integers.ts";
import { expectBindings } from "./expect-bindings.ts";
import { expectUniforms } from "./expect-uniforms.ts";
import type { BindingKinds, ConstantKinds, ConstantValues, KernelSpec } from "./kernel-spec.ts";
import { joinFiles, type LineMap, linesOf } from "./line-map.ts";
import { constantLines, enableLines } from "./shader-header.ts";
import { unrollLoops } from "./unroll-loops.ts";

/** A shader's whole text, and where its lines come from. */
export interface AssembledShader {
  readonly code: string;
  readonly lineMap: LineMap;
}

/**
 * The text that the compiler gets: `enable` lines, the header with the constants, then the files, with each loop below a
 * line `// @unroll` written out. Needs no device.
 * @throws GpuError "invalid-argument" for wrong constants, files that declare other bindings or uniform structs than the spec,
 * or a marked loop whose rounds the text does not tell.
 */
export function assembleShader<Bindings extends BindingKinds, Constants extends ConstantKinds>(
  spec: KernelSpec<Bindings, Constants>,
  constants: ConstantValues<Constants>,
): AssembledShader {
  expectBindings(spec);
  expectUniforms(spec);
  const where = `kernel ${spec.name}`;
  const header = [
    ...enableLines(spec.features),
    ...constantLines(where, spec.constants, constants),
  ].join("\n");
  const generated = header === "" ? [] : [{ name: "header", lines: linesOf(header) }];
  const files = spec.files.map(({ name, text }) => ({ name, lines: linesOf(text) }));
  const resolve = declaredIntegers(spec.files, spec.constants, constants);
  return joinFiles([...generated, ...unrollLoops(where, files, resolve)]);
}
