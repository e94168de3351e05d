import { type KernelCase, keysBytes } from "./kernel-case.ts";

/** What buffer sets are counted by. */
export interface SetLimits {
  /** Of the device's last cache, bytes. */
  readonly cacheBytes: number;
  /** For keys and values of all sets together. */
  readonly memoryBytes: number;
  /** Most bytes of one binding. */
  readonly bindingBytes: number;
}

/** The cache holds at most a quarter of the keys that a rotation over the sets reads. */
const CACHE_FACTOR = 4;

/** How many buffer sets a case gets, or why it cannot be measured. */
export type SetCount =
  | { readonly sets: number; readonly reason?: undefined }
  | { readonly sets?: undefined; readonly reason: string };

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Enough that their keys alone exceed the cache four times, two at least where memory allows. */
export function bufferSetCount(kernelCase: KernelCase, limits: SetLimits): SetCount {
  const bytes = keysBytes(kernelCase);
  if (bytes > limits.bindingBytes) {
    return {
      reason: `keys of ${mebibytes(bytes)} exceed one binding (${limits.bindingBytes} bytes)`,
    };
  }
  const affordable = Math.floor(limits.memoryBytes / (2 * bytes));
  if (affordable < 1) {
    return { reason: `keys and values of ${mebibytes(2 * bytes)} exceed --memory-gb` };
  }
  const wanted = Math.max(2, Math.ceil((CACHE_FACTOR * limits.cacheBytes) / bytes));
  return { sets: Math.min(wanted, affordable) };
}
