import { GpuError } from "../gpu-error.ts";

/** WGSL types that a uniform struct may have here. */
export type UniformType = "u32" | "i32" | "f32" | `vec${2 | 3 | 4}<${"u32" | "i32" | "f32"}>`;

export type UniformFields = Readonly<Record<string, UniformType>>;

/** A value for each field: a number, or as many as the vector has. */
export type UniformValues<Fields extends UniformFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends `vec${string}` ? ArrayLike<number> : number;
};

/** A struct that shaders read the same for all invocations: `var<uniform> step: Step;`. */
export interface Uniforms<Fields extends UniformFields = UniformFields> {
  /** The struct's name in shaders. */
  readonly name: string;
  readonly fields: Fields;
  /** Bytes of the struct, a multiple of 16; the shape of a "u8" buffer for it. */
  readonly byteLength: number;
  /**
   * The values as the struct's bytes, little-endian. The same array is filled and returned each time, so that a step
   * allocates nothing: write it before the next call.
   * @throws GpuError "invalid-argument" for a number that its type does not hold, or a vector of another length.
   */
  pack(values: UniformValues<Fields>): Uint8Array<ArrayBuffer>;
}

type Scalar = "u32" | "i32" | "f32";

interface Field {
  readonly name: string;
  readonly scalar: Scalar;
  readonly count: number;
  readonly byteOffset: number;
}

const setters = { u32: "setUint32", i32: "setInt32", f32: "setFloat32" } as const;

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

/** Fields at WGSL's offsets: a vector of three is aligned as one of four. */
function layOut(where: string, types: UniformFields): readonly Field[] {
  let end = 0;
  return Object.entries(types).map(([name, type]) => {
    const match = /^(?:vec([234])<)?(u32|i32|f32)>?$/.exec(type);
    if (!match || !/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) {
      throw new GpuError(
        "invalid-argument",
        `${where}: expected WGSL names with u32, i32, f32 or vectors of them, got ${name}: ${type}`,
      );
    }
    const count = Number(match[1] ?? 1);
    const byteOffset = roundUp(end, count === 3 ? 16 : 4 * count);
    end = byteOffset + 4 * count;
    return { name, scalar: match[2] as Scalar, count, byteOffset };
  });
}

function isHeld(scalar: Scalar, value: number): boolean {
  if (scalar === "u32") return value >>> 0 === value;
  if (scalar === "i32") return (value | 0) === value;
  return typeof value === "number" && !Number.isNaN(value);
}

function packField(where: string, view: DataView, field: Field, value: unknown): void {
  const { name, scalar, count, byteOffset } = field;
  const numbers = typeof value === "number" ? [value] : (value as ArrayLike<number> | undefined);
  for (let i = 0; i < count; i++) {
    const number = numbers?.length === count ? numbers[i]! : Number.NaN;
    if (!isHeld(scalar, number)) {
      const expected = count === 1 ? scalar : `${count} of ${scalar}`;
      throw new GpuError(
        "invalid-argument",
        `${where}: ${name}: expected ${expected}, got ${value}`,
      );
    }
    view[setters[scalar]](byteOffset + 4 * i, number, true);
  }
}

/**
 * A uniform struct by its fields, in the shader's order. Named in a kernel's `uniforms`, it is compared with the struct
 * that the shader declares.
 * @throws GpuError "invalid-argument" without fields, or for types that are not here.
 */
export function defineUniforms<const Fields extends UniformFields>(
  name: string,
  fields: Fields,
): Uniforms<Fields> {
  const where = `uniforms ${name}`;
  const layout = layOut(where, fields);
  const last = layout.at(-1);
  if (!last) throw new GpuError("invalid-argument", `${where}: expected fields, got none`);
  const byteLength = roundUp(last.byteOffset + 4 * last.count, 16);
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  const pack = (values: UniformValues<Fields>): Uint8Array<ArrayBuffer> => {
    for (const field of layout) packField(where, view, field, values[field.name]);
    return bytes;
  };
  return { name, fields, byteLength, pack };
}
