import type { BindingKind, ShaderFile } from "./kernel-spec.ts";

/** A resource variable as a shader declares it. */
export interface DeclaredBinding {
  readonly name: string;
  readonly group: number;
  readonly index: number;
  /** Undefined for what this package does not bind: textures, samplers. */
  readonly kind: BindingKind | undefined;
  /** Its type as written, without spaces. */
  readonly type: string;
}

const declaration =
  /((?:@\w+\s*(?:\([^)]*\))?\s*)+)var\s*(?:<\s*(\w+)\s*(?:,\s*(\w+)\s*,?\s*)?>)?\s*(\w+)\s*:\s*([^;]+);/g;

/** The text without its comments; block comments nest in WGSL. */
export function withoutComments(text: string): string {
  let depth = 0;
  return text.replaceAll(/\/\/[^\n]*|\/\*|\*\/|[^/*]+|[/*]/g, (token) => {
    if (token === "/*") depth++;
    else if (token === "*/" && depth > 0) depth--;
    else if (depth === 0) return token.startsWith("//") ? "" : token;
    return " ";
  });
}

function attribute(attributes: string, name: string): number | undefined {
  const digits = new RegExp(`@${name}\\s*\\(\\s*(\\d+)[iu]?\\s*,?\\s*\\)`).exec(attributes)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function kindOf(space: string | undefined, access: string | undefined): BindingKind | undefined {
  if (space === "uniform") return "uniform";
  if (space !== "storage") return undefined;
  return access === "read_write" ? "read-write" : "read";
}

/** Every `@group(g) @binding(i) var<…> name` of the files, by a scan of their text. */
export function declaredBindings(files: readonly ShaderFile[]): readonly DeclaredBinding[] {
  return files.flatMap(({ text }) =>
    [...withoutComments(text).matchAll(declaration)].flatMap((match) => {
      const [, attributes = "", space, access, name = "", type = ""] = match;
      const group = attribute(attributes, "group");
      const index = attribute(attributes, "binding");
      if (group === undefined || index === undefined) return [];
      return [
        { name, group, index, kind: kindOf(space, access), type: type.replaceAll(/\s/g, "") },
      ];
    }),
  );
}
