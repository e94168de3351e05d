/** A stretch of addresses. */
interface Gap {
  address: number;
  byteLength: number;
}

/** Every address and size is a multiple of this: a cache line. */
const ALIGNMENT = 64;

/**
 * Keeps account of a growing address space: first fit, neighbours joined when they are free. Knows addresses only,
 * touches no memory.
 */
export class FreeList {
  /** Ascending, never adjacent. */
  readonly #gaps: Gap[] = [];
  /** Makes the space end at `end` at least, or throws. */
  readonly #grow: (end: number) => number;
  #end: number;

  constructor(start: number, end: number, grow: (end: number) => number) {
    this.#end = end;
    this.#grow = grow;
    if (end > start) this.#gaps.push({ address: start, byteLength: end - start });
  }

  /** Address of `byteLength` bytes, rounded up to whole lines. */
  take(byteLength: number): number {
    const size = rounded(byteLength);
    let index = this.#gaps.findIndex((gap) => gap.byteLength >= size);
    if (index < 0) index = this.#growFor(size);
    const gap = this.#gaps[index]!;
    const { address } = gap;
    gap.address += size;
    gap.byteLength -= size;
    if (gap.byteLength === 0) this.#gaps.splice(index, 1);
    return address;
  }

  /** Gives back what `take` handed out for the same number of bytes. */
  give(address: number, byteLength: number): void {
    const size = rounded(byteLength);
    const found = this.#gaps.findIndex((gap) => gap.address > address);
    const index = found < 0 ? this.#gaps.length : found;
    this.#gaps.splice(index, 0, { address, byteLength: size });
    this.#joinWithNext(index);
    if (index > 0) this.#joinWithNext(index - 1);
  }

  /** Adds room at the end until the last gap holds `size` bytes; returns its index. */
  #growFor(size: number): number {
    const last = this.#gaps.at(-1);
    const tail =
      last !== undefined && last.address + last.byteLength === this.#end ? last : undefined;
    const start = tail?.address ?? this.#end;
    const end = this.#grow(start + size);
    this.#gaps.push({ address: this.#end, byteLength: end - this.#end });
    this.#end = end;
    if (tail !== undefined) this.#joinWithNext(this.#gaps.length - 2);
    return this.#gaps.length - 1;
  }

  #joinWithNext(index: number): void {
    const gap = this.#gaps[index]!;
    const next = this.#gaps[index + 1];
    if (next === undefined || gap.address + gap.byteLength !== next.address) return;
    gap.byteLength += next.byteLength;
    this.#gaps.splice(index + 1, 1);
  }
}

function rounded(byteLength: number): number {
  return Math.max(1, Math.ceil(byteLength / ALIGNMENT)) * ALIGNMENT;
}
