import { GpuError } from "../gpu-error.ts";
import type { DeviceLoss, GpuEvent, GpuListener } from "./gpu-event.ts";

/** Whether a device still works, and who is told when it does not. */
export class DeviceLife {
  /** Resolves when the device is gone, whoever ended it. */
  readonly lost: Promise<DeviceLoss>;
  readonly #listeners = new Set<GpuListener>();
  #loss: DeviceLoss | undefined;
  #isDisposed = false;

  /** @param onLost Tells of a loss that is not the user's own `dispose()`. */
  constructor(device: GPUDevice, onLost: (loss: DeviceLoss) => void) {
    this.lost = device.lost.then(({ reason, message }) => {
      const loss: DeviceLoss = { reason, message };
      this.#loss = loss;
      if (!this.#isDisposed) onLost(loss);
      return loss;
    });
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws GpuError "disposed" or "device-lost". */
  expectUsable(where: string): void {
    if (this.#isDisposed) {
      throw new GpuError("disposed", `${where}: expected an open device, got a disposed one`);
    }
    if (!this.#loss) return;
    const { reason, message } = this.#loss;
    throw new GpuError(
      "device-lost",
      `${where}: expected a device, got a lost one (${reason}: ${message}); open another and create its buffers and kernels again`,
    );
  }

  onEvent(listener: GpuListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** A listener that throws must stop neither the others nor the device's bookkeeping: each runs in its own microtask. */
  tell(event: GpuEvent): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(event));
  }

  end(): void {
    this.#isDisposed = true;
    this.#listeners.clear();
  }
}
