import type { EventEmitter } from "node:events";

/** Ctrl-C under `npm start` arrives twice, from the terminal and from npm: that is one wish. */
const sameWishMs = 500;

/** Numbers of the signals, for the exit code of a process that one of them ended. */
const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

interface StopActions {
  /** The first signal: stop in good order. */
  readonly stop: () => void;
  /** A second one: end at once, with this exit code. */
  readonly kill: (exitCode: number) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Listens for SIGINT and SIGTERM. Returns what takes the listeners away. */
export function onStopSignals(
  source: Pick<EventEmitter, "on" | "off">,
  { stop, kill, now = () => performance.now() }: StopActions,
): () => void {
  let firstMs: number | undefined;
  const listener = (signal: keyof typeof numbers) => {
    if (firstMs === undefined) {
      firstMs = now();
      stop();
    } else if (now() - firstMs >= sameWishMs) {
      kill(128 + numbers[signal]);
    }
  };
  source.on("SIGINT", listener);
  source.on("SIGTERM", listener);
  return () => {
    source.off("SIGINT", listener);
    source.off("SIGTERM", listener);
  };
}
