import type { GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";

/** What one pass took on the device. */
export interface PassTime {
  readonly label: string;
  /** Nanoseconds from the pass's begin to its end. */
  readonly ns: number;
  /** The device's clock at begin and end in nanoseconds; comparable within one device only. */
  readonly beginNs: bigint;
  readonly endNs: bigint;
}

/** Times compute passes by the device's own clock. */
export interface Stopwatch extends Disposable {
  /** How many passes it holds between two reads. */
  readonly capacity: number;
  /**
   * What `encoder.beginComputePass` takes so that the pass is timed.
   * @throws GpuError "over-limit" when `capacity` passes have been timed since the last read.
   */
  pass(label: string): GPUComputePassDescriptor;
  /** Begins a pass that is timed. */
  beginPass(encoder: GPUCommandEncoder, label: string): GPUComputePassEncoder;
  /**
   * Times of the passes since the last read in their order, once their work is done; then it is empty again. A pass that
   * was not submitted reads 0.
   */
  read(): Promise<readonly PassTime[]>;
  dispose(): void;
}

const greatestCapacity = 2048; // WebGPU allows 4096 queries a set, two a pass

function expectCapacity(capacity: number): void {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new GpuError(
      "invalid-argument",
      `createStopwatch: capacity: expected a whole number of at least 1, got ${capacity}`,
    );
  }
  if (capacity <= greatestCapacity) return;
  throw new GpuError(
    "over-limit",
    `createStopwatch: capacity: expected at most ${greatestCapacity}, got ${capacity}; read more often`,
    { asked: capacity, offered: greatestCapacity },
  );
}

function expectFeature(gpu: Gpu): void {
  if (gpu.report.features.includes("timestamp-query")) return;
  throw new GpuError(
    "missing-feature",
    "createStopwatch: expected a device with timestamp-query, got one without; time whole submissions with settled()",
  );
}

class QueryStopwatch implements Stopwatch {
  readonly capacity: number;
  readonly #gpu: Gpu;
  readonly #queries: GPUQuerySet;
  readonly #times: GpuBuffer<"i64">;
  #labels: string[] = [];
  #isDisposed = false;

  constructor(gpu: Gpu, capacity: number) {
    this.#gpu = gpu;
    this.capacity = capacity;
    const count = 2 * capacity;
    this.#queries = gpu.guard("createStopwatch", () =>
      gpu.device.createQuerySet({ label: "stopwatch", type: "timestamp", count }),
    );
    this.#times = gpu.createBuffer({
      label: "stopwatch",
      dtype: "i64",
      shape: [count],
      usage: "query",
    });
  }

  pass(label: string): GPUComputePassDescriptor {
    this.#expectLive("pass");
    const index = this.#labels.length;
    if (index === this.capacity) {
      throw new GpuError(
        "over-limit",
        `stopwatch: expected at most ${this.capacity} passes between reads, got one more; read it or give it more capacity`,
        { asked: index + 1, offered: this.capacity },
      );
    }
    this.#labels.push(label);
    const timestampWrites = {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * index,
      endOfPassWriteIndex: 2 * index + 1,
    };
    return { label, timestampWrites };
  }

  beginPass(encoder: GPUCommandEncoder, label: string): GPUComputePassEncoder {
    return encoder.beginComputePass(this.pass(label));
  }

  async read(): Promise<readonly PassTime[]> {
    this.#expectLive("read");
    const labels = this.#labels;
    this.#labels = [];
    const count = 2 * labels.length;
    if (count === 0) return [];
    this.#gpu.submit((encoder) => {
      encoder.resolveQuerySet(this.#queries, 0, count, this.#times.raw, 0);
    });
    const clock = await this.#gpu.read(this.#times, { count });
    return labels.map((label, i) => {
      const beginNs = clock[2 * i]!;
      const endNs = clock[2 * i + 1]!;
      return { label, ns: Number(endNs - beginNs), beginNs, endNs };
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#times.dispose();
    this.#queries.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #expectLive(what: string): void {
    this.#gpu.expectUsable(`stopwatch: ${what}`);
    if (!this.#isDisposed) return;
    throw new GpuError(
      "disposed",
      `stopwatch: ${what}: expected a live stopwatch, got a disposed one`,
    );
  }
}

/**
 * A stopwatch for up to `capacity` passes between two reads. Timestamps are exact where `exactTimestamps` could be had
 * (Node); browsers round them to 65,536 ns or so.
 * @throws GpuError "missing-feature" without `timestamp-query`, "over-limit" over 2,048 passes, "invalid-argument".
 */
export function createStopwatch(gpu: Gpu, capacity: number): Stopwatch {
  gpu.expectUsable("createStopwatch");
  expectFeature(gpu);
  expectCapacity(capacity);
  return new QueryStopwatch(gpu, capacity);
}
