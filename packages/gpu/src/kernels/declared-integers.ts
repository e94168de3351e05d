import { evaluateInteger, type ResolveName } from "./integer-expression.ts";
import type { ConstantKinds, ShaderFile } from "./kernel-spec.ts";

const declaration = /^const\s+(\w+)\s*(?::\s*[iu]32\s*)?=([^;]*);/gm;

/** Whole numbers that a shader's text can name: those of the header, and constants of the files made of such. */
export function declaredIntegers(
  files: readonly ShaderFile[],
  kinds: ConstantKinds,
  values: Readonly<Record<string, number | boolean>>,
): ResolveName {
  const known = new Map<string, number | undefined>();
  for (const [name, kind] of Object.entries(kinds)) {
    if (kind === "u32" || kind === "i32") known.set(name, Number(values[name]));
  }
  const texts = new Map(
    files.flatMap(({ text }) =>
      Array.from(text.matchAll(declaration), ([, name = "", expression = ""]) => [
        name,
        expression,
      ]),
    ) as [string, string][],
  );
  const resolve: ResolveName = (name) => {
    if (known.has(name)) return known.get(name);
    known.set(name, undefined); // a constant made of itself has no value
    const value = evaluateInteger(texts.get(name) ?? "", resolve);
    known.set(name, value);
    return value;
  };
  return resolve;
}
