interface ParentWatchOptions {
  /** Id of the process that started this one, as it is now. */
  readonly parent?: () => number;
  readonly intervalMs?: number;
}

/**
 * Calls `gone` once when the process that started this one has ended. npm passes SIGTERM on to the shell that it started,
 * which dies of it and leaves what it runs behind. Returns what ends the watch, which keeps no process alive.
 */
export function onParentGone(
  gone: () => void,
  { parent = () => process.ppid, intervalMs = 250 }: ParentWatchOptions = {},
): () => void {
  const first = parent();
  const timer = setInterval(() => {
    if (parent() === first) return;
    clearInterval(timer);
    gone();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
