import { BenchError } from "../bench-error.ts";

/** What computes. */
export const BACKENDS = ["cpu", "webgpu", "auto"] as const;

/** @throws BenchError that lists the backends. */
export function findBackend(name: string): (typeof BACKENDS)[number] {
  const found = BACKENDS.find((backend) => backend === name);
  if (found) return found;
  throw new BenchError(`--backend: expected ${BACKENDS.join(", ")}; got ${name}`);
}
