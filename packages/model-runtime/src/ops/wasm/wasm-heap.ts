import { ModelError } from "../../model-error.ts";
import type { CpuRegion } from "../cpu-ops.ts";
import { FreeList } from "./free-list.ts";
import type { WasmMemory, WebAssemblyApi } from "./web-assembly.ts";

const PAGE_BYTES = 65_536;
const INITIAL_PAGES = 64;
/** 4 GiB, then what smaller address spaces may still allow. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384, 8_192];
/** The job block: see assembly/control.mts. */
const RESERVED_BYTES = 4_096;

/** A piece of a WasmHeap. */
export class WasmRegion implements CpuRegion {
  readonly heap: WasmHeap;
  readonly byteLength: number;
  readonly #address: number;
  readonly #giveBack: (address: number) => void;
  #isFree = false;

  constructor(
    heap: WasmHeap,
    address: number,
    byteLength: number,
    giveBack: (address: number) => void,
  ) {
    this.heap = heap;
    this.#address = address;
    this.byteLength = byteLength;
    this.#giveBack = giveBack;
  }

  /** First byte. @throws ModelError "disposed" after `free`. */
  get address(): number {
    if (this.#isFree) throw new ModelError("disposed", "region: it was freed");
    return this.#address;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.heap.buffer(), this.address, this.byteLength);
  }

  floats(): Float32Array {
    return new Float32Array(this.heap.buffer(), this.address, Math.floor(this.byteLength / 4));
  }

  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    this.#giveBack(this.#address);
  }
}

/** The one WebAssembly.Memory of a backend, handed out in regions. Grows as needed, up to 4 GiB; never shrinks. */
export class WasmHeap {
  readonly #maximumBytes: number;
  readonly #space: FreeList;
  #memory: WasmMemory | undefined;
  #liveBytes = 0;
  /** Bytes from here on were never handed out: they are still zero. */
  #usedEnd = RESERVED_BYTES;

  constructor(api: WebAssemblyApi, isShared: boolean) {
    const { memory, maximum } = createMemory(api, isShared);
    this.#memory = memory;
    this.#maximumBytes = maximum * PAGE_BYTES;
    const start = INITIAL_PAGES * PAGE_BYTES;
    this.#space = new FreeList(RESERVED_BYTES, start, (end) => this.#grow(end));
  }

  /** Bytes handed out and not given back. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** @throws ModelError "disposed" after `release`. */
  get memory(): WasmMemory {
    if (this.#memory === undefined) throw new ModelError("disposed", "memory: it was let go");
    return this.#memory;
  }

  /** Its current length; a view of it sees no later growth. */
  buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** For a caller of the backend: zeros. @throws ModelError "out-of-memory", "disposed". */
  allocate(byteLength: number): WasmRegion {
    const usedEnd = this.#usedEnd;
    const region = new WasmRegion(this, this.#take(byteLength), byteLength, (address) => {
      this.#liveBytes -= byteLength;
      this.#space.give(address, byteLength);
    });
    this.#liveBytes += byteLength;
    region.bytes().fill(0, 0, Math.max(0, usedEnd - region.address));
    return region;
  }

  /** For the backend itself: not counted as live. @throws ModelError "out-of-memory", "disposed". */
  allocateOwn(byteLength: number): WasmRegion {
    return new WasmRegion(this, this.#take(byteLength), byteLength, (address) =>
      this.#space.give(address, byteLength),
    );
  }

  release(): void {
    this.#memory = undefined;
  }

  #take(byteLength: number): number {
    this.buffer();
    try {
      const address = this.#space.take(byteLength);
      this.#usedEnd = Math.max(this.#usedEnd, address + byteLength);
      return address;
    } catch (cause) {
      const left = this.#maximumBytes - RESERVED_BYTES - this.#liveBytes;
      throw new ModelError(
        "out-of-memory",
        `allocate: ${byteLength} bytes asked, at most ${left} of ${this.#maximumBytes} bytes left`,
        { cause },
      );
    }
  }

  /** Grows by a quarter at least, so that many small regions cost few calls. */
  #grow(end: number): number {
    const { memory } = this;
    const current = memory.buffer.byteLength;
    const missing = Math.ceil((end - current) / PAGE_BYTES);
    const left = (this.#maximumBytes - current) / PAGE_BYTES;
    const generous = Math.min(left, Math.max(missing, Math.ceil(current / PAGE_BYTES / 4)));
    try {
      memory.grow(Math.max(missing, generous));
    } catch {
      memory.grow(missing);
    }
    return memory.buffer.byteLength;
  }
}

function createMemory(
  api: WebAssemblyApi,
  isShared: boolean,
): { memory: WasmMemory; maximum: number } {
  let failure: unknown;
  for (const maximum of MAXIMUM_PAGES) {
    try {
      const memory = new api.Memory({ initial: INITIAL_PAGES, maximum, shared: isShared });
      return { memory, maximum };
    } catch (error) {
      failure = error;
    }
  }
  throw new ModelError("out-of-memory", "memory: no address space for WebAssembly", {
    cause: failure,
  });
}
