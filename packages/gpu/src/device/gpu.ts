import type { DType } from "@sift-attention/tensor";
import type { BufferSpec, GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { MemoryUse } from "../buffers/memory-gauge.ts";
import type { TypedArrays } from "../buffers/typed-arrays.ts";
import type { DeviceLoss, GpuListener } from "./gpu-event.ts";
import type { GpuReport } from "./gpu-report.ts";

/** Part of a buffer in numbers of its data type: `count` of them from the one at index `start`. */
export interface ReadRange {
  readonly start?: number;
  readonly count?: number;
}

/**
 * A device with its buffers. Every call throws GpuError "disposed" after `dispose()` and "device-lost" after a loss.
 * Calls that record work return at once; what the device finds wrong with it later is thrown by the next `settled()` or
 * `read()`.
 */
export interface Gpu extends Disposable {
  /** The bare device, for whatever this interface lacks. */
  readonly device: GPUDevice;
  readonly report: GpuReport;
  /** Bytes and count of the buffers made here. */
  readonly memory: MemoryUse;
  /** Resolves when the device is gone, whoever ended it; never rejects. */
  readonly lost: Promise<DeviceLoss>;

  /**
   * A zeroed buffer.
   * @throws GpuError "over-limit" with asked and offered bytes, "invalid-argument" for a shape without numbers in it or
   * an impossible usage. Memory that runs out shows as "out-of-memory" at `settled()` and as an event.
   */
  createBuffer<D extends DType>(spec: BufferSpec<D>): GpuBuffer<D>;

  /**
   * Copies data into a buffer, in slices of 8 MiB.
   * @param byteOffset Where in the buffer; a multiple of 4.
   * @throws GpuError "invalid-argument" when it does not fit or the buffer is not written from here.
   */
  write(buffer: GpuBuffer, data: ArrayBufferView, byteOffset?: number): void;

  /** `write` for hundreds of megabytes: waits between slices of 16 MiB, so that staging memory stays small. */
  upload(buffer: GpuBuffer, data: ArrayBufferView, byteOffset?: number): Promise<void>;

  /**
   * The numbers of a buffer, after all work submitted so far; f16 and bf16 as their 16-bit words.
   * @throws GpuError "invalid-argument" for a range outside, and the errors of deferred work.
   */
  read<D extends DType>(buffer: GpuBuffer<D>, range?: ReadRange): Promise<TypedArrays[D]>;

  /** Encodes one command buffer and submits it. What `record` throws is thrown, and nothing is submitted. */
  submit(record: (encoder: GPUCommandEncoder) => void): void;

  /**
   * Waits for all submitted work, and gives the memory of disposed buffers back to the driver.
   * @throws GpuError "validation" or "out-of-memory": the first thing that went wrong since the last time.
   */
  settled(): Promise<void>;

  /** Tells of events until the returned function is called. */
  onEvent(listener: GpuListener): () => void;

  /**
   * Runs calls of the bare device inside error scopes; their errors come out at `settled()`.
   * @param where Names the calls in the error's message.
   * @param askedBytes What they allocate, for the report of an out-of-memory.
   */
  guard<Result>(where: string, action: () => Result, askedBytes?: number): Result;

  /** @throws GpuError "disposed" or "device-lost" when the device is gone. */
  expectUsable(where: string): void;

  /** Frees the buffers made here and, when it was opened here, the device. Again is allowed. */
  dispose(): void;
}
