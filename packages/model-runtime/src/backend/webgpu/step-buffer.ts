import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";

/** The sizes of what attention is told at each step. */
export interface StepShape {
  /** Different windows among the layers, all keys counted as one. */
  readonly windows: number;
  readonly layers: number;
  /** Rows of a step at most. */
  readonly batch: number;
  readonly queryHeads: number;
}

const sequenceWords = 4;
const wordBytes = Uint32Array.BYTES_PER_ELEMENT;

/** What changes with each step of attention, in one buffer and so in one write: sequences of each window, then thresholds. */
export class StepBuffer {
  readonly byteLength: number;
  readonly #gpu: Gpu;
  readonly #shape: StepShape;
  readonly #buffer: GpuBuffer<"u32">;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  /** Words from one window's sequences, or one layer's thresholds, to the next. */
  readonly #sequencesPitch: number;
  readonly #thresholdsPitch: number;
  readonly #thresholdsStart: number;

  constructor(gpu: Gpu, shape: StepShape) {
    const { windows, layers, batch, queryHeads } = shape;
    const alignment = (gpu.report.limits.minStorageBufferOffsetAlignment ?? 256) / wordBytes;
    const pitchOf = (words: number): number => Math.ceil(words / alignment) * alignment;
    this.#gpu = gpu;
    this.#shape = shape;
    this.#sequencesPitch = pitchOf(batch * sequenceWords);
    this.#thresholdsPitch = pitchOf(batch * queryHeads);
    this.#thresholdsStart = windows * this.#sequencesPitch;
    this.#words = new Uint32Array(this.#thresholdsStart + layers * this.#thresholdsPitch);
    this.#floats = new Float32Array(this.#words.buffer);
    this.byteLength = this.#words.byteLength;
    const { length } = this.#words;
    const spec = { label: "step", dtype: "u32", shape: [length], usage: "storage" } as const;
    this.#buffer = gpu.createBuffer(spec);
  }

  /** u32 [batch, 4] of the window with this index. */
  sequences(window: number): BoundBuffer {
    return this.#part(window * this.#sequencesPitch, this.#shape.batch * sequenceWords);
  }

  /** f32 [batch, queryHeads] of one layer. */
  logThresholds(layer: number): BoundBuffer {
    const { batch, queryHeads } = this.#shape;
    return this.#part(this.#thresholdsStart + layer * this.#thresholdsPitch, batch * queryHeads);
  }

  /** @param packed u32 [rows, 4]. */
  setSequences(window: number, packed: Uint32Array): void {
    this.#words.set(packed, window * this.#sequencesPitch);
  }

  /** @param logThreshold ln θ for all layers and heads of a row. */
  fillThresholds(row: number, logThreshold: number): void {
    const { layers, queryHeads } = this.#shape;
    for (let layer = 0; layer < layers; layer++) {
      const at = this.#thresholdsAt(layer, row);
      this.#floats.fill(logThreshold, at, at + queryHeads);
    }
  }

  /** @param logThresholds [layers, rows, queryHeads], of which one row is taken. */
  setThresholds(
    row: number,
    logThresholds: Float32Array,
    source: { readonly row: number; readonly rows: number },
  ): void {
    const { layers, queryHeads } = this.#shape;
    for (let layer = 0; layer < layers; layer++) {
      const from = (layer * source.rows + source.row) * queryHeads;
      const thresholds = logThresholds.subarray(from, from + queryHeads);
      this.#floats.set(thresholds, this.#thresholdsAt(layer, row));
    }
  }

  /** Sends what was set. */
  write({ withThresholds }: { readonly withThresholds: boolean }): void {
    const end = withThresholds ? this.#words.length : this.#thresholdsStart;
    this.#gpu.write(this.#buffer, this.#words.subarray(0, end));
  }

  dispose(): void {
    this.#buffer.dispose();
  }

  #thresholdsAt(layer: number, row: number): number {
    return this.#thresholdsStart + layer * this.#thresholdsPitch + row * this.#shape.queryHeads;
  }

  #part(firstWord: number, words: number): BoundBuffer {
    return { buffer: this.#buffer.raw, offset: firstWord * wordBytes, size: words * wordBytes };
  }
}
