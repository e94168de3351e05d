/** Limits of the server; the defaults suit one machine and its user. */
export interface ServerLimits {
  /** Longest request body. */
  readonly bodyBytes: number;
  /** Longest silence of a stream before a comment is sent. */
  readonly pingMs: number;
  /** How long a client may leave a stream unread before it is given up. */
  readonly stallMs: number;
  /** How long running requests may go on after the first signal to stop. */
  readonly drainMs: number;
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 2 * 2 ** 20,
  pingMs: 5_000,
  stallMs: 60_000,
  drainMs: 10_000,
};
