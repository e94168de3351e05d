import { createHash } from "node:crypto";

/** Uniform numbers in [0, 1), the same for the same seed: 32 bits of SHA-256(seed, count) each. */
export function seededUniform(seed: string): () => number {
  let count = 0;
  return () => {
    const digest = createHash("sha256").update(`${seed}/${count++}`).digest();
    return digest.readUInt32LE(0) / 2 ** 32;
  };
}
