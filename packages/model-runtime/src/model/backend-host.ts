import type { ModelBackend } from "../backend/model-backend.ts";
import { ModelError } from "../model-error.ts";

/** What holds memory of a backend until it is disposed of. */
interface Disposable {
  dispose(): void;
}

/** The backend of a model, and another one when that is lost. It takes along what was opened on it. */
export class BackendHost {
  /** Disposed of with the host, before the backend. */
  readonly opened: Set<Disposable> = new Set();
  readonly #reopenAs: (lost: ModelBackend) => Promise<ModelBackend>;
  #backend: ModelBackend;
  #reopening: Promise<ModelBackend> | undefined;
  #isDisposed = false;

  /** `reopen` loads the weights anew, from where they came. */
  constructor(backend: ModelBackend, reopen: (lost: ModelBackend) => Promise<ModelBackend>) {
    this.#backend = backend;
    this.#reopenAs = reopen;
  }

  get backend(): ModelBackend {
    return this.#backend;
  }

  /** The backend that stands in for this one; whoever finds it lost first opens it. @throws ModelError "device-lost" when that fails. */
  async replace(lost: ModelBackend): Promise<ModelBackend> {
    this.expectOpen();
    if (this.#backend !== lost) return this.#backend;
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  /** @throws ModelError "disposed". */
  expectOpen(): void {
    if (!this.#isDisposed) return;
    throw new ModelError("disposed", "model: it was disposed of; open it again");
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const each of [...this.opened]) each.dispose();
    await this.#reopening?.catch(() => {});
    await this.#backend.dispose();
  }

  async #reopen(): Promise<ModelBackend> {
    await this.#backend.dispose();
    try {
      this.#backend = await this.#reopenAs(this.#backend);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `model: its device was lost and could not be opened again: ${reason}`;
      throw new ModelError("device-lost", message, { cause });
    }
    this.expectOpen();
    return this.#backend;
  }
}
