import { BenchError } from "../../bench-error.ts";

/** What is timed, by the name that rows carry. */
export const KERNEL_NAMES = [
  "read-keys",
  "read-keys-values",
  "scores",
  "full",
  "top-k",
  "sifted",
  "sifted-lowest",
  "sifted-default",
  "sifted-sampled",
] as const;

export type KernelName = (typeof KERNEL_NAMES)[number];

/** @throws BenchError for a name that no kernel has. */
export function findKernel(name: string): KernelName {
  const found = KERNEL_NAMES.find((kernel) => kernel === name);
  if (found) return found;
  throw new BenchError(`--kernels: expected some of ${KERNEL_NAMES.join(", ")}, got ${name}`);
}
