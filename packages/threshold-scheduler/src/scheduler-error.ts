/** What went wrong; stable, for programs. */
export type SchedulerErrorCode =
  /** A context length, or a layer or head, is out of range. */
  | "bad-argument"
  /** Observed quantiles, kept fractions or dropped masses have the wrong length or a value out of range. */
  | "bad-observation"
  /** An option is out of range. */
  | "bad-option"
  /** A snapshot is not one, or contradicts itself. */
  | "bad-snapshot"
  /** All clock values of the warmup are equal, and the fit needs two different ones. */
  | "constant-clock"
  /** A step after the warmup is planned, and a layer still lacks quantiles. */
  | "missing-observations"
  /** A snapshot of another version of the format. */
  | "snapshot-version"
  /** A layer reports more steps than were planned. */
  | "unexpected-observation";

/** An error of this package: `message` says where, what was expected, what came and the way out. */
export class SchedulerError extends Error {
  override readonly name = "SchedulerError";
  readonly code: SchedulerErrorCode;

  constructor(code: SchedulerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
