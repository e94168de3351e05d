import type { ModelBackend, SequenceSlots, SlotsOptions } from "../backend/model-backend.ts";
import type { BackendHost } from "../model/backend-host.ts";
import { ModelError } from "../model-error.ts";

/** Slots on the backend that the model has now: after a loss the same ones anew, empty. */
export class LiveSlots {
  readonly #host: BackendHost;
  readonly #owner: string;
  readonly #options: SlotsOptions;
  #backend: ModelBackend;
  #slots: SequenceSlots;
  #isLost = false;
  #isDisposed = false;

  private constructor(
    host: BackendHost,
    owner: string,
    options: SlotsOptions,
    held: { readonly backend: ModelBackend; readonly slots: SequenceSlots },
  ) {
    this.#host = host;
    this.#owner = owner;
    this.#options = options;
    this.#backend = held.backend;
    this.#slots = held.slots;
    host.opened.add(this);
  }

  /** `owner`: for messages. @throws ModelError "out-of-memory", "aborted", "disposed". */
  static async open(
    host: BackendHost,
    owner: "session" | "batch",
    options: SlotsOptions,
  ): Promise<LiveSlots> {
    host.expectOpen();
    const { backend } = host;
    const slots = await backend.createSlots(options);
    try {
      host.expectOpen();
    } catch (error) {
      slots.dispose();
      throw error;
    }
    return new LiveSlots(host, owner, options, { backend, slots });
  }

  get backend(): ModelBackend {
    return this.#backend;
  }

  get isOpen(): boolean {
    return !this.#isDisposed;
  }

  /** Whether someone else found the backend lost, and another one stands in for it. */
  get isStale(): boolean {
    return this.isOpen && this.#host.backend !== this.#backend;
  }

  /** @throws ModelError "disposed". */
  get current(): SequenceSlots {
    this.expectOpen();
    return this.#slots;
  }

  /** Says that a call rejected with "device-lost". */
  lose(): void {
    this.#isLost = true;
  }

  /**
   * Whether an error of a call means that the device is lost: it says so, or the slots were disposed of with their backend,
   * which someone else found lost first.
   */
  isLoss(error: unknown): boolean {
    if (!(error instanceof ModelError)) return false;
    return error.code === "device-lost" || (error.code === "disposed" && this.isOpen);
  }

  /** Makes them anew if they are lost. @throws what opening a backend and its slots throws. */
  async renew(): Promise<void> {
    this.expectOpen();
    if (!this.#isLost) return;
    this.#slots.dispose();
    this.#backend = await this.#host.replace(this.#backend);
    const { signal: _, ...options } = this.#options;
    const slots = await this.#backend.createSlots(options);
    this.#slots = slots;
    this.#isLost = false;
    if (this.#isDisposed) slots.dispose();
    this.expectOpen();
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#host.opened.delete(this);
    this.#slots.dispose();
  }

  /** @throws ModelError "disposed". */
  expectOpen(): void {
    if (!this.#isDisposed) return;
    throw new ModelError("disposed", `${this.#owner}: it was disposed of; create another one`);
  }
}
