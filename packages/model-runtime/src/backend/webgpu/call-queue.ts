/** Work that was submitted and not yet read. */
export interface Submitted<Result> {
  readonly result: Promise<Result>;
}

/** Submits calls one after the other, in the order in which they were made, without waiting for their results. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** @param submit Begins when the calls before have submitted their work, or failed to. */
  add<Result>(submit: () => Promise<Submitted<Result>>): Promise<Result> {
    const submitted = this.#last.then(submit);
    this.#last = submitted.catch(() => {});
    return submitted.then(({ result }) => result);
  }
}
