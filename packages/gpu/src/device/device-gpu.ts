import type { DType } from "@sift-attention/tensor";
import { bufferSize } from "../buffers/buffer-size.ts";
import { type BufferSpec, expectLive, type GpuBuffer, OwnedBuffer } from "../buffers/gpu-buffer.ts";
import { MemoryGauge } from "../buffers/memory-gauge.ts";
import { readBytes } from "../buffers/read-bytes.ts";
import { type TypedArrays, viewAs } from "../buffers/typed-arrays.ts";
import { type Slice, writeSlices } from "../buffers/write-slices.ts";
import { GpuError } from "../gpu-error.ts";
import { type CaughtError, DeferredErrors } from "./deferred-errors.ts";
import type { Gpu, ReadRange } from "./gpu.ts";
import type { DeviceLoss, GpuEvent, GpuListener } from "./gpu-event.ts";
import { type GpuReport, reportOf } from "./gpu-report.ts";

const mebibyte = 2 ** 20;
const writeSliceBytes = 8 * mebibyte;
const uploadSliceBytes = 16 * mebibyte;

/** A device and what was made on it. */
export class DeviceGpu implements Gpu {
  readonly device: GPUDevice;
  readonly report: GpuReport;
  readonly memory: MemoryGauge = new MemoryGauge();
  readonly lost: Promise<DeviceLoss>;
  readonly #ownsDevice: boolean;
  readonly #buffers = new Set<GpuBuffer>();
  readonly #listeners = new Set<GpuListener>();
  readonly #errors: DeferredErrors;
  #loss: DeviceLoss | undefined;
  #isDisposed = false;

  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo | undefined,
    options: { readonly ownsDevice: boolean },
  ) {
    this.device = device;
    this.report = reportOf(device, info);
    this.#ownsDevice = options.ownsDevice;
    this.#errors = new DeferredErrors(device, (caught) => this.#tellOutOfMemory(caught));
    this.lost = device.lost.then((info) => this.#lose(info));
    device.addEventListener("uncapturederror", this.#onUncaptured);
  }

  createBuffer<D extends DType>(spec: BufferSpec<D>): GpuBuffer<D> {
    const where = `createBuffer ${spec.label}`;
    this.expectUsable(where);
    const { byteLength, size, usage } = bufferSize(spec, this.report.limits);
    const { label } = spec;
    const raw = this.guard(where, () => this.device.createBuffer({ label, size, usage }), size);
    const buffer: OwnedBuffer<D> = new OwnedBuffer(raw, { ...spec, byteLength }, () => {
      this.#buffers.delete(buffer);
      this.memory.remove(size);
    });
    this.#buffers.add(buffer);
    this.memory.add(size);
    if (spec.data) this.write(buffer, spec.data);
    return buffer;
  }

  write(buffer: GpuBuffer, data: ArrayBufferView, byteOffset = 0): void {
    const where = `write ${buffer.label}`;
    this.expectUsable(where);
    const slices = writeSlices(where, buffer, data, { byteOffset, sliceBytes: writeSliceBytes });
    this.guard(where, () => {
      for (const slice of slices) this.#writeSlice(buffer, slice);
    });
  }

  async upload(buffer: GpuBuffer, data: ArrayBufferView, byteOffset = 0): Promise<void> {
    const where = `upload ${buffer.label}`;
    this.expectUsable(where);
    const options = { byteOffset, sliceBytes: uploadSliceBytes };
    for (const slice of writeSlices(where, buffer, data, options)) {
      this.expectUsable(where);
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
    try {
      return viewAs(buffer.dtype, await readBytes(this, buffer, range));
    } catch (error) {
      await this.#explainMapFailure(where, error);
      throw error;
    } finally {
      await this.#errors.drain();
    }
  }

  submit(record: (encoder: GPUCommandEncoder) => void): void {
    this.expectUsable("submit");
    this.guard("submit", () => {
      const encoder = this.device.createCommandEncoder();
      record(encoder);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  async settled(): Promise<void> {
    this.expectUsable("settled");
    this.device.queue.submit([]); // destroyed buffers are freed at the next submission
    await this.device.queue.onSubmittedWorkDone();
    await this.#errors.drain();
    this.expectUsable("settled");
  }

  onEvent(listener: GpuListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  guard<Result>(where: string, action: () => Result, askedBytes = 0): Result {
    this.expectUsable(where);
    return this.#errors.guard(where, action, askedBytes);
  }

  expectUsable(where: string): void {
    if (this.#isDisposed || this.#loss) this.#throwGone(where);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const buffer of [...this.#buffers]) buffer.dispose();
    this.device.removeEventListener("uncapturederror", this.#onUncaptured);
    this.#listeners.clear();
    if (this.#ownsDevice) this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  readonly #onUncaptured = (event: GPUUncapturedErrorEvent): void => {
    event.preventDefault(); // else printed as well
    const { message } = event.error;
    this.#errors.add(new GpuError("validation", `uncaptured: ${message}`));
    this.#tell({ type: "uncaptured-validation", message });
  };

  #writeSlice(buffer: GpuBuffer, { byteOffset, bytes }: Slice): void {
    this.device.queue.writeBuffer(buffer.raw, byteOffset, bytes);
  }

  /** A map that fails does so because the device went, which may be told a tick later, or because of an error before it. */
  async #explainMapFailure(where: string, error: unknown): Promise<void> {
    if (error instanceof GpuError && error.code !== "validation") return;
    await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve))]);
    this.expectUsable(where);
  }

  #lose({ reason, message }: GPUDeviceLostInfo): DeviceLoss {
    const loss: DeviceLoss = { reason, message };
    this.#loss = loss;
    const { liveBytes } = this.memory;
    if (!this.#isDisposed) this.#tell({ type: "device-lost", reason, message, liveBytes });
    return loss;
  }

  #throwGone(where: string): never {
    if (this.#isDisposed) {
      throw new GpuError("disposed", `${where}: expected an open device, got a disposed one`);
    }
    throw new GpuError(
      "device-lost",
      `${where}: expected a device, got a lost one (${this.#loss?.reason}: ${this.#loss?.message}); open another and create its buffers and kernels again`,
    );
  }

  #tellOutOfMemory({ filter, where, askedBytes, message }: CaughtError): void {
    if (filter !== "out-of-memory") return;
    const { liveBytes } = this.memory;
    const limitBytes = this.report.limits.maxBufferSize ?? 0;
    this.#tell({ type: "out-of-memory", where, askedBytes, liveBytes, limitBytes, message });
  }

  #tell(event: GpuEvent): void {
    // A listener that throws must stop neither the others nor the device's bookkeeping.
    for (const listener of this.#listeners) queueMicrotask(() => listener(event));
  }
}
