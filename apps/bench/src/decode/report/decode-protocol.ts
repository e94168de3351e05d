/** How to read the numbers, in the words of apps/bench/README.md. */
export const DECODE_PROTOCOL: readonly string[] = [
  "Tokens a second as a caller of the runtime's sessions gets them: wall clock over the tokens of one generation, with sampling (greedy), statistics of every token and, when sifting, the scheduler. Keys and values f16.",
  "A sample is one generation: the prompt, then untimed tokens, in which the sift's warmup ends, then the timed ones. All methods take a sample in turn, each round begins with another one; median (10 %–90 %) over the samples.",
  "sift is the runtime's default; sift-union has its feedback hold the union, the value rows that any head of a group reads, at the named share. The share that was really read stands beside every figure.",
  "Batches: all sequences together, timed from the token at which the last of them has its warmup behind it.",
  "Prefill is a whole prompt up to its first token, each time another prompt; the time to the first token is the same sample. Opened means from nothing, weights and kernels included, to the first token of a prompt of 20.",
  "Keys and values of long prompts are planted on the device as noise of variance 1 instead of computed; the last chunk of the prompt and all generated tokens are computed.",
  "Random models have f16 weights of variance 1 / columns; query heads of a group share their weights, so that they keep the same keys.",
  "The profile is GPU time by timestamps: the step as it runs, in one pass, and the dispatches of each part of all layers in a pass of their own. What the parts sum up to differs from the step by what passes cost and by what overlaps.",
];
