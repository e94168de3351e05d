/** One sequence of a step. It sees the keys `firstKey` to `contextLength` − 1 of its slot. */
export interface DecodeSequence {
  /** 0 to slots − 1. */
  readonly slot: number;
  /** Keys cached, the newest included, 1 to capacity. */
  readonly contextLength: number;
  /** First visible key: above 0 for a sliding window. Default 0. */
  readonly firstKey?: number;
  /** k of top-k, ≥ 1; from the visible keys on all are kept. */
  readonly keptKeys?: number;
  /** τ in [0, 1] of the quantiles. Not together with `keptKeys`. */
  readonly quantile?: number;
}
