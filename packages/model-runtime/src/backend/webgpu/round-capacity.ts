const least = 256;
const stepsPerDoubling = 4;

/**
 * A capacity of at least this many tokens, of which there are few different ones: kernels are compiled for each. It is
 * a quarter larger at most, from 1,024 tokens on.
 */
export function roundCapacity(capacity: number): number {
  const step = Math.max(least, 2 ** Math.floor(Math.log2(capacity)) / stepsPerDoubling);
  return Math.ceil(capacity / step) * step;
}
