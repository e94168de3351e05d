/** How to read the numbers, in the words of apps/bench/README.md. */
export const KERNELS_PROTOCOL: readonly string[] = [
  "One query token a sequence, keys and values [batch, kvHeads, context, headDim] in f16, or with --kv i8 in whole numbers of eight bits with a scale a row, in random data made on the device.",
  "A random subset of the keys scores above the others by construction, so that every query head of a group keeps the same keys, exactly the named fraction; kept and union are read back from the kernel and must be that count.",
  "Before anything is timed each kernel is compared with the float64 oracle over the first keys, and over the whole context with a kernel that computes the same by other ways.",
  "A sample is one compute pass of 8 steps (32 where the keys take less than 32 MiB), timed on the device and divided by the steps; every step takes the next buffer set, and the keys of all sets exceed four times the last cache where memory allows.",
  "All contestants take a sample in turn; median (10 %–90 %) in microseconds of one step. A step is the whole method, all its dispatches.",
  "The percentage is floor / time. The floor is how long a plain read of the keys and of the union's value rows takes in the same case, between the measured reads of K and of K and V; the fastest of several launches of each.",
  "sifted: the sift at every context, 100 % by threshold 0 (ln θ = −∞); lowest threshold: nothing is dropped but by the lowest finite ln θ; default gate: as shipped, at 25 %, where short contexts run as full attention.",
  "sifted in one pass: the sift by an estimate of the log-sum-exp from 64 sampled keys, its thresholds set by the estimate so that it keeps the same keys.",
];
