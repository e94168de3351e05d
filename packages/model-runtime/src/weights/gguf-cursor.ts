import { ModelError } from "../model-error.ts";

/** The bytes read so far end inside a value; the file goes on. */
export class EndOfBuffer extends Error {}

/** Reads little-endian values from the front of a GGUF file, of which `bytes` is what has been read so far. */
export class GgufCursor {
  readonly name: string;
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  // A token may start with U+FEFF, and some hold no UTF-8.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(name: string, bytes: Uint8Array, fileBytes: number) {
    this.name = name;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A 64-bit size or offset. @throws ModelError "bad-file" past the safe integers. */
  safeU64(what: string): number {
    const value = this.u64();
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw this.refuse(`${what}: ${value} is too large`);
  }

  /**
   * A count of things that take at least `bytesEach`, which must fit into the rest of the file, and for now into what
   * has been read of it: nobody makes room for more.
   */
  count(bytesEach: number): number {
    const value = this.u64();
    const most = Math.floor((this.#fileBytes - this.position) / bytesEach);
    if (value > BigInt(most)) throw this.refuse(`${value} entries do not fit into the file`);
    const count = Number(value);
    if (this.position + count * bytesEach > this.#bytes.byteLength) throw new EndOfBuffer();
    return count;
  }

  text(): string {
    const length = this.count(1);
    const start = this.#advance(length);
    return this.#decoder.decode(this.#bytes.subarray(start, start + length));
  }

  refuse(message: string): ModelError {
    return new ModelError("bad-file", `${this.name}: ${message}, near byte ${this.position}`);
  }

  #advance(bytes: number): number {
    const start = this.position;
    if (start + bytes > this.#fileBytes) throw this.refuse("the file ends inside its header");
    if (start + bytes > this.#bytes.byteLength) throw new EndOfBuffer();
    this.position = start + bytes;
    return start;
  }
}
