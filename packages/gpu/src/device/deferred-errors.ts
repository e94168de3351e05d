import { GpuError } from "../gpu-error.ts";

/** What an error scope caught, and around which call. */
export interface CaughtError {
  readonly filter: GPUErrorFilter;
  readonly where: string;
  readonly message: string;
  readonly askedBytes: number;
}

const filters = ["validation", "out-of-memory", "internal"] as const;

/** Errors that a device reports after the call that made them: caught in scopes, kept until someone waits. */
export class DeferredErrors {
  readonly #device: GPUDevice;
  readonly #onCaught: (caught: CaughtError) => void;
  readonly #pending = new Set<Promise<void>>();
  #first: GpuError | undefined;
  #count = 0;

  constructor(device: GPUDevice, onCaught: (caught: CaughtError) => void) {
    this.#device = device;
    this.#onCaught = onCaught;
  }

  /** Runs calls of the device inside error scopes. */
  guard<Result>(where: string, action: () => Result, askedBytes = 0): Result {
    for (const filter of filters) this.#device.pushErrorScope(filter);
    try {
      return action();
    } finally {
      for (const filter of filters.toReversed()) this.#await(filter, where, askedBytes);
    }
  }

  /** Keeps an error until the next `drain`. */
  add(error: GpuError): void {
    this.#first ??= error;
    this.#count++;
  }

  /**
   * Waits for the scopes that are open.
   * @throws GpuError the first that was caught since the last time, and how many came with it.
   */
  async drain(): Promise<void> {
    await Promise.all(this.#pending);
    const error = this.#first;
    const others = this.#count - 1;
    this.#first = undefined;
    this.#count = 0;
    if (!error) return;
    if (others > 0) error.message += ` (and ${others} more after it)`;
    throw error;
  }

  #await(filter: GPUErrorFilter, where: string, askedBytes: number): void {
    const scope = this.#device.popErrorScope().then(
      (error) => {
        if (error) this.#keep({ filter, where, askedBytes, message: error.message });
      },
      () => {}, // a lost device has no scopes; the loss is told elsewhere
    );
    this.#pending.add(scope);
    void scope.then(() => this.#pending.delete(scope));
  }

  #keep(caught: CaughtError): void {
    const { filter, where, message, askedBytes } = caught;
    const code = filter === "out-of-memory" ? "out-of-memory" : "validation";
    const asked = askedBytes > 0 ? askedBytes : undefined;
    const said = message.trim() || `the device reports ${code}`;
    this.add(new GpuError(code, `${where}: ${said}`, { asked }));
    this.#onCaught(caught);
  }
}
