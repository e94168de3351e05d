// What both contestants are given and how their samples are summed up: one place, so that they cannot drift apart.

/** Generations of each context; the table shows their median. */
export const repeats = 5;
/** Tokens whose decode speed is measured. */
export const decodeTokens = 48;
/** Prompt lengths. */
export const contextLengths = [128, 512, 1024, 2048, 4096, 7900];

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** "smallest–largest". */
export function spread(values) {
  return `${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}`;
}

/** Token ids with no meaning, always the same: speed does not depend on them. */
export function promptTokens(count, vocabulary) {
  return Array.from({ length: count }, (_, i) => 5 + ((i * 7919) % (vocabulary - 5)));
}
