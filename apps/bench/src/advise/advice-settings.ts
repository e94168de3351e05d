/** What an advice is sought for and how. */
export interface AdviceSettings {
  /** Next-token KL to full attention that is allowed, nats, mean; above 0. */
  readonly klBudget: number;
  /** Share of tokens whose likeliest successor must stay the same, in [0, 1]; 0 asks for nothing. */
  readonly leastTop1: number;
  /** Tokens of each window. */
  readonly context: number;
  /** Windows of each text that settings are chosen on, and as many that the choice is then held to. */
  readonly windows: number;
  /** Tokens of the answers that a warmup is spread over. */
  readonly answer: number;
  /** τ to choose from, ascending. */
  readonly quantiles: readonly number[];
  /** Steps of a warmup to choose from, beside the automatic one. */
  readonly warmups: readonly number[];
  /** One-sided confidences to choose from. */
  readonly margins: readonly number[];
  /** Shares of the heads to choose from that stay under full attention, the flattest ones. */
  readonly denseShares: readonly number[];
}

export const ADVICE_SETTINGS: AdviceSettings = {
  klBudget: 0.005,
  leastTop1: 0,
  context: 2000,
  windows: 1,
  answer: 512,
  quantiles: [0.5, 0.625, 0.75, 0.8125, 0.875, 0.90625, 0.9375],
  warmups: [64],
  margins: [0.75, 0.9],
  denseShares: [1 / 16, 1 / 8],
};
