/** A call that was made and has not been read. */
interface PendingCall {
  readonly isDecode: boolean;
  readonly read: () => Promise<void>;
}

/** Calls to a backend in the order in which they were made. */
export class CallQueue {
  #calls: PendingCall[] = [];

  /** Appends a call; `read` takes its result or its error when it is its turn. */
  push<Result>(
    call: { readonly isDecode: boolean; readonly result: Promise<Result> },
    read: (result: Promise<Result>) => Promise<void>,
  ): void {
    const { isDecode, result } = call;
    // It may never be read.
    result.catch(() => {});
    this.#calls.push({ isDecode, read: () => read(result) });
  }

  /** Reads calls up to the first decode, or all of them. */
  async readStep(): Promise<void> {
    for (;;) {
      const call = this.#calls.shift();
      await call?.read();
      if (!call || call.isDecode || this.#calls.length === 0) return;
    }
  }

  clear(): void {
    this.#calls = [];
  }
}
