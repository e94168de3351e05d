/** A metadata value with its type. */
export type GgufInput =
  | readonly ["u32" | "i32" | "f32" | "u64", number]
  | readonly ["flag", boolean]
  | readonly ["text", string]
  | readonly ["texts", readonly string[]]
  | readonly ["i32s" | "f32s", readonly number[]];

/** One tensor to write; the shape is rows first, the type ggml's number. */
export interface GgufTensorInput {
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const TYPES = { u32: 4, i32: 5, f32: 6, flag: 7, text: 8, u64: 10 } as const;

/** A GGUF file with the given metadata and tensors, each aligned to 32 bytes. */
export function writeGguf(
  metadata: Readonly<Record<string, GgufInput>>,
  tensors: Readonly<Record<string, GgufTensorInput>>,
  version = 3,
): Uint8Array<ArrayBuffer> {
  const out = new GgufWriter();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.u32(version);
  out.u64(Object.keys(tensors).length);
  out.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    out.text(key);
    out.value(value);
  }
  let offset = 0;
  for (const [name, { type, shape, bytes }] of Object.entries(tensors)) {
    out.text(name);
    out.u32(shape.length);
    for (const size of shape.toReversed()) out.u64(size);
    out.u32(type);
    out.u64(offset);
    offset += Math.ceil(bytes.byteLength / 32) * 32;
  }
  for (const { bytes } of Object.values(tensors)) {
    out.align();
    out.bytes(bytes);
  }
  out.align();
  return out.finish();
}

class GgufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.byteLength;
  }

  align(): void {
    this.bytes(new Uint8Array(-this.#length & 31));
  }

  u32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number): void {
    this.bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.byteLength);
    this.bytes(bytes);
  }

  value([type, value]: GgufInput): void {
    if (type !== "texts" && type !== "i32s" && type !== "f32s") {
      this.u32(TYPES[type]);
      this.#scalar(type, value as string | number | boolean);
      return;
    }
    const element = type.slice(0, -1) as "text" | "i32" | "f32";
    this.u32(9);
    this.u32(TYPES[element]);
    this.u64(value.length);
    for (const item of value) this.#scalar(element, item);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const file = new Uint8Array(this.#length);
    let position = 0;
    for (const part of this.#parts) {
      file.set(part, position);
      position += part.byteLength;
    }
    return file;
  }

  #scalar(type: keyof typeof TYPES, value: string | number | boolean): void {
    if (type === "text") this.text(String(value));
    else if (type === "flag") this.bytes(Uint8Array.of(value ? 1 : 0));
    else if (type === "f32") this.bytes(new Uint8Array(Float32Array.of(Number(value)).buffer));
    else if (type === "u64") this.u64(Number(value));
    else this.u32(Number(value));
  }
}
