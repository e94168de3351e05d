import type { GpuError } from "../gpu-error.ts";

/** Names guarded calls for the errors that may come of them. */
export interface Guarded {
  readonly where: string;
  /** Bytes that the calls allocate. */
  readonly askedBytes?: number;
  /** Runs when a scope has caught something, before anyone is told. */
  readonly onCaught?: () => void;
}

const filters = ["internal", "out-of-memory", "validation"] as const;

/** Errors that a device reports after the call that made them: caught in scopes, kept until someone waits. */
export class DeferredErrors {
  readonly #device: GPUDevice;
  readonly #toError: (filter: GPUErrorFilter, message: string, guarded: Guarded) => GpuError;
  readonly #pending = new Set<Promise<void>>();
  #first: GpuError | undefined;
  #count = 0;

  /** @param toError Makes the error that the next `drain` throws. */
  constructor(
    device: GPUDevice,
    toError: (filter: GPUErrorFilter, message: string, guarded: Guarded) => GpuError,
  ) {
    this.#device = device;
    this.#toError = toError;
  }

  /** Runs calls of the device inside error scopes. */
  guard<Result>(guarded: Guarded, action: () => Result): Result {
    for (const filter of filters) this.#device.pushErrorScope(filter);
    try {
      return action();
    } finally {
      for (const filter of filters.toReversed()) this.#awaitScope(filter, guarded);
    }
  }

  /** Keeps an error until the next `drain`. */
  add(error: GpuError): void {
    this.#first ??= error;
    this.#count++;
  }

  /**
   * Waits for the scopes that are open.
   * @throws GpuError the first that was caught since the last time; its message counts the others.
   */
  async drain(): Promise<void> {
    await Promise.all(this.#pending);
    const error = this.#first;
    const others = this.#count - 1;
    this.#first = undefined;
    this.#count = 0;
    if (!error) return;
    if (others > 0) error.message += ` (and ${others} more)`;
    throw error;
  }

  #awaitScope(filter: GPUErrorFilter, guarded: Guarded): void {
    const scope = this.#device.popErrorScope().then(
      (error) => {
        if (!error) return;
        guarded.onCaught?.();
        this.add(this.#toError(filter, error.message.trim(), guarded));
      },
      () => {}, // a lost device has no scopes; the loss is told elsewhere
    );
    this.#pending.add(scope);
    void scope.then(() => this.#pending.delete(scope));
  }
}
