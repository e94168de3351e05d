import type { Gpu, GpuBuffer } from "@sift-attention/gpu";

const mapRead = 0x1; // GPUMapMode.READ, a global of browsers only

/** One buffer of the ring: copies go in while a step is encoded, and come out when the device is done with it. */
export class Readback {
  readonly #gpu: Gpu;
  readonly #staging: GpuBuffer;
  readonly #release: () => void;
  #end = 0;

  constructor(gpu: Gpu, staging: GpuBuffer, release: () => void) {
    this.#gpu = gpu;
    this.#staging = staging;
    this.#release = release;
  }

  /** Encodes a copy of the first bytes of a buffer; returns where `take` finds them. */
  copy(encoder: GPUCommandEncoder, source: GpuBuffer, byteLength: number): number {
    const offset = this.#end;
    encoder.copyBufferToBuffer(source.raw, 0, this.#staging.raw, offset, byteLength);
    this.#end += Math.ceil(byteLength / 8) * 8; // maps begin and end at multiples of 8
    return offset;
  }

  /**
   * What `read` makes of the copied bytes, which are its own during the call only. To be called once, after the
   * submission. Nothing is waited for where nothing was copied.
   */
  async take<Result>(read: (bytes: ArrayBuffer) => Result): Promise<Result> {
    try {
      if (this.#end === 0) return read(new ArrayBuffer(0));
      const { raw } = this.#staging;
      await raw.mapAsync(mapRead, 0, this.#end).catch((error) => this.#explain(error));
      try {
        return read(raw.getMappedRange(0, this.#end));
      } finally {
        raw.unmap();
      }
    } finally {
      this.cancel();
    }
  }

  /** Gives the buffer back unread. */
  cancel(): void {
    this.#end = 0;
    this.#release();
  }

  /** A map fails because the device went, which may be told a tick later, or because of an error before it. */
  async #explain(error: unknown): Promise<never> {
    await Promise.race([this.#gpu.lost, new Promise((resolve) => setTimeout(resolve))]);
    await this.#gpu.settled();
    throw error;
  }
}

/** Buffers that steps are read back through, so that one may be encoded while others are on their way. */
export class ReadbackRing {
  readonly byteLength: number;
  readonly #buffers: readonly GpuBuffer[];
  readonly #free: Readback[];
  readonly #waiting: ((readback: Readback) => void)[] = [];

  constructor(gpu: Gpu, options: { readonly entries: number; readonly entryBytes: number }) {
    const { entries, entryBytes } = options;
    this.byteLength = entries * entryBytes;
    this.#buffers = Array.from({ length: entries }, (_, i) =>
      gpu.createBuffer({
        label: `readback ${i}`,
        dtype: "u8",
        shape: [entryBytes],
        usage: "readback",
      }),
    );
    this.#free = this.#buffers.map((staging) => {
      const readback: Readback = new Readback(gpu, staging, () => this.#release(readback));
      return readback;
    });
  }

  /** The next buffer that is free. */
  acquire(): Readback | Promise<Readback> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.dispose();
  }

  #release(readback: Readback): void {
    const next = this.#waiting.shift();
    if (next) next(readback);
    else this.#free.push(readback);
  }
}
