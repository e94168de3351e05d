import type { DType } from "@sift-attention/tensor";
import { bufferSize } from "../buffers/buffer-size.ts";
import { type BufferSpec, expectLive, type GpuBuffer, OwnedBuffer } from "../buffers/gpu-buffer.ts";
import { MemoryGauge } from "../buffers/memory-gauge.ts";
import { readBytes } from "../buffers/read-bytes.ts";
import { type TypedArrays, viewAs } from "../buffers/typed-arrays.ts";
import { type Slice, writeSlices } from "../buffers/write-slices.ts";
import { GpuError } from "../gpu-error.ts";
import { DeferredErrors, type Guarded } from "./deferred-errors.ts";
import { DeviceLife } from "./device-life.ts";
import type { Gpu, ReadRange } from "./gpu.ts";
import type { DeviceLoss, GpuListener } from "./gpu-event.ts";
import { type GpuReport, reportOf } from "./gpu-report.ts";

const mebibyte = 2 ** 20;
const writeSliceBytes = 8 * mebibyte;
const uploadSliceBytes = 16 * mebibyte;
// The arguments are checked, so that only staging memory can run out; scopes take five times as long as a small write.
const guardedWriteBytes = mebibyte;

/** A device and what was made on it. */
export class DeviceGpu implements Gpu {
  readonly device: GPUDevice;
  readonly report: GpuReport;
  readonly memory: MemoryGauge = new MemoryGauge();
  readonly #ownsDevice: boolean;
  readonly #buffers = new Set<GpuBuffer>();
  readonly #life: DeviceLife;
  readonly #errors: DeferredErrors;

  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo | undefined,
    options: { readonly ownsDevice: boolean },
  ) {
    this.device = device;
    this.report = reportOf(device, info);
    this.#ownsDevice = options.ownsDevice;
    this.#errors = new DeferredErrors(device, this.#toError);
    this.#life = new DeviceLife(device, ({ reason, message }) => {
      const { liveBytes } = this.memory;
      this.#life.tell({ type: "device-lost", reason, message, liveBytes });
    });
    device.addEventListener("uncapturederror", this.#onUncaptured);
  }

  get lost(): Promise<DeviceLoss> {
    return this.#life.lost;
  }

  createBuffer<D extends DType>(spec: BufferSpec<D>): GpuBuffer<D> {
    const where = `createBuffer ${spec.label}`;
    this.expectUsable(where);
    const { byteLength, size, usage } = bufferSize(spec, this.report.limits);
    const { label } = spec;
    const guarded = { where, askedBytes: size, onCaught: () => buffer.dispose() };
    const raw = this.#errors.guard(guarded, () => this.device.createBuffer({ label, size, usage }));
    const buffer: OwnedBuffer<D> = new OwnedBuffer(raw, { ...spec, byteLength }, () => {
      this.#buffers.delete(buffer);
      this.memory.remove(size);
    });
    this.#buffers.add(buffer);
    this.memory.add(size);
    if (spec.data) this.#fill(buffer, spec.data);
    return buffer;
  }

  write(buffer: GpuBuffer, data: ArrayBufferView, byteOffset = 0): void {
    const where = `write ${buffer.label}`;
    this.expectUsable(where);
    const slices = writeSlices(where, buffer, data, { byteOffset, sliceBytes: writeSliceBytes });
    const writeAll = () => {
      for (const slice of slices) this.#writeSlice(buffer, slice);
    };
    if (data.byteLength < guardedWriteBytes) writeAll();
    else this.guard(where, writeAll);
  }

  async upload(buffer: GpuBuffer, data: ArrayBufferView, byteOffset = 0): Promise<void> {
    const where = `upload ${buffer.label}`;
    this.expectUsable(where);
    const options = { byteOffset, sliceBytes: uploadSliceBytes };
    for (const slice of writeSlices(where, buffer, data, options)) {
      expectLive(where, buffer);
      this.guard(where, () => this.#writeSlice(buffer, slice));
      await this.settled();
    }
  }

  async read<D extends DType>(
    buffer: GpuBuffer<D>,
    range: ReadRange = {},
  ): Promise<TypedArrays[D]> {
    const where = `read ${buffer.label}`;
    this.expectUsable(where);
    const bytes = await readBytes(this, buffer, range).catch((error) =>
      this.#explainMapFailure(where, error),
    );
    await this.#errors.drain();
    return viewAs(buffer.dtype, bytes);
  }

  submit(record: (encoder: GPUCommandEncoder) => void): void {
    this.guard("submit", () => {
      const encoder = this.device.createCommandEncoder();
      record(encoder);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  async settled(): Promise<void> {
    this.expectUsable("settled");
    this.device.queue.submit([]); // destroyed buffers are freed at the next submission
    await this.device.queue.onSubmittedWorkDone().catch(() => {}); // a loss is told below
    await this.#errors.drain();
    await this.#hearOfLoss();
    this.expectUsable("settled");
  }

  onEvent(listener: GpuListener): () => void {
    return this.#life.onEvent(listener);
  }

  guard<Result>(where: string, action: () => Result, askedBytes = 0): Result {
    this.expectUsable(where);
    return this.#errors.guard({ where, askedBytes }, action);
  }

  expectUsable(where: string): void {
    this.#life.expectUsable(where);
  }

  dispose(): void {
    if (this.#life.isDisposed) return;
    this.#life.end();
    for (const buffer of [...this.#buffers]) buffer.dispose();
    this.device.removeEventListener("uncapturederror", this.#onUncaptured);
    if (this.#ownsDevice) this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Errors of calls on the bare device. Those on a caller's own device are the caller's: told, but not thrown or hidden. */
  readonly #onUncaptured = (event: GPUUncapturedErrorEvent): void => {
    const message = event.error.message.trim();
    this.#life.tell({ type: "uncaptured-validation", message });
    if (!this.#ownsDevice) return;
    event.preventDefault(); // else it is printed as well
    this.#errors.add(new GpuError("validation", `uncaptured: ${message}`));
  };

  readonly #toError = (filter: GPUErrorFilter, message: string, guarded: Guarded): GpuError => {
    const { where, askedBytes = 0 } = guarded;
    if (filter !== "out-of-memory") return new GpuError("validation", `${where}: ${message}`);
    const { liveBytes } = this.memory;
    const limitBytes = this.report.limits.maxBufferSize ?? 0;
    this.#life.tell({ type: filter, where, askedBytes, liveBytes, limitBytes, message });
    return new GpuError(
      filter,
      `${where}: expected room for ${askedBytes} bytes beside ${liveBytes} live ones, got out of memory (${message}); dispose of buffers and await settled(), or ask for less`,
      { asked: askedBytes },
    );
  };

  /** First content that does not fit leaves no buffer behind: nobody would have it to dispose of. */
  #fill(buffer: GpuBuffer, data: ArrayBufferView): void {
    try {
      this.write(buffer, data);
    } catch (error) {
      buffer.dispose();
      throw error;
    }
  }

  #writeSlice(buffer: GpuBuffer, { byteOffset, bytes }: Slice): void {
    this.device.queue.writeBuffer(buffer.raw, byteOffset, bytes);
  }

  /**
   * Waits until a device that is gone has said so. A browser's GPU process answers what was asked before the end first
   * and tells of the loss afterwards; the answer to a question asked now comes after both.
   */
  async #hearOfLoss(): Promise<void> {
    this.device.pushErrorScope("validation");
    const answer = this.device.popErrorScope().catch(() => null); // a lost device has no scopes
    await Promise.race([this.lost, answer]);
  }

  /** A map fails because the device went, which may be told later, or because of an error before it. */
  async #explainMapFailure(where: string, error: unknown): Promise<never> {
    if (!(error instanceof GpuError) || error.code === "validation") {
      await this.#hearOfLoss();
      this.expectUsable(where);
      await this.#errors.drain();
    }
    throw error;
  }
}
