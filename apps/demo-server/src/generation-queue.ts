import { ApiError } from "./api-error.ts";

interface QueueOptions {
  /** Generations that run at a time. */
  readonly slots: number;
  /** Requests that wait for a slot at most; one more is refused. */
  readonly waiting: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: Error) => void;
}

/** Gives a slot back; calling it again does nothing. */
export type Release = () => void;

/** A bounded number of slots, handed out first come, first served, and a bounded queue before them. */
export class GenerationQueue {
  readonly #slots: number;
  readonly #limit: number;
  readonly #now: () => number;
  readonly #waiters = new Set<Waiter>();
  #running = 0;
  #meanHoldMs = 1000;
  #closed: ApiError | undefined;

  constructor({ slots, waiting, now = () => performance.now() }: QueueOptions) {
    this.#slots = slots;
    this.#limit = waiting;
    this.#now = now;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves when a slot is free for the caller.
   * @throws ApiError "queue_full" at once when nobody more may wait, the closing error after `close`, the signal's
   * reason when it aborts first.
   */
  async acquire(signal: AbortSignal): Promise<Release> {
    signal.throwIfAborted();
    if (this.#closed) throw this.#closed;
    if (this.#running >= this.#slots) await this.#wait(signal);
    else this.#running++;
    return this.#hold();
  }

  /** Refuses everyone who waits, and everyone who comes later, with this error. */
  close(error: ApiError): void {
    this.#closed = error;
    for (const waiter of [...this.#waiters]) waiter.refuse(error);
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiters.size >= this.#limit) throw this.#full();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        start: () => {
          leave();
          resolve();
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const abort = () => waiter.refuse(signal.reason);
      signal.addEventListener("abort", abort);
      this.#waiters.add(waiter);
    });
  }

  /** A freed slot goes straight to whoever waits longest, so that nobody can slip in between. */
  #hold(): Release {
    const since = this.#now();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#meanHoldMs += (this.#now() - since - this.#meanHoldMs) / 4;
      const [next] = this.#waiters;
      if (next) next.start();
      else this.#running--;
    };
  }

  #full(): ApiError {
    const aheadMs = (this.#meanHoldMs * (this.#waiters.size + 1)) / this.#slots;
    return new ApiError(
      "queue_full",
      `${this.#running} requests are running and ${this.#waiters.size} are waiting, which is all that may: try again later.`,
      { retryAfterSeconds: Math.min(60, Math.max(1, Math.ceil(aheadMs / 1000))) },
    );
  }
}
