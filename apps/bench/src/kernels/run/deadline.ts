/** Says how long is left; null sets no limit. */
export class Deadline {
  readonly #end: number;

  constructor(seconds: number | null) {
    this.#end = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + 1000 * seconds;
  }

  get secondsLeft(): number {
    return (this.#end - performance.now()) / 1000;
  }
}
