import { beforeTimeout } from "../before-timeout.ts";

/**
 * Waits until a source has its first value or fails, but no longer than the timeout, and hands out the same values. A
 * source that is left before its values are asked for has to be returned by whoever leaves it.
 */
export async function awaitFirst<T>(
  source: AsyncGenerator<T, void>,
  timeoutMs: number,
): Promise<AsyncGenerator<T, void>> {
  const first = source.next();
  await beforeTimeout(first, timeoutMs);
  return replay(first, source);
}

async function* replay<T>(
  first: Promise<IteratorResult<T, void>>,
  source: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    for (let result = await first; !result.done; result = await source.next()) yield result.value;
  } finally {
    await source.return();
  }
}
