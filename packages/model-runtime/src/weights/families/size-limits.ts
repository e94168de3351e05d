/** Bounds that no model comes near; they keep later products inside the safe integers. */
export const LARGEST_WIDTH: number = 2 ** 20;
export const LARGEST_VOCABULARY: number = 2 ** 24;
export const LARGEST_CONTEXT: number = 2 ** 31 - 1;
export const MOST_LAYERS = 1024;
