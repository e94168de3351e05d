/** A seeded generator of uniform numbers in [0, 1). */
export declare function createRandom(seed: number): () => number;

/** Standard normal numbers drawn from a uniform generator. */
export declare function createNormal(random: () => number): () => number;
