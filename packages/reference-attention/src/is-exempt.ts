/** Keys that are kept whatever they weigh and left out of the quantile. */
export interface ExemptKeys {
  /** First keys of the context. Default 0. */
  readonly keepFirst?: number;
  /** Last keys of the context. Default 0. */
  readonly keepLast?: number;
}

/** Whether the key is among the first or last keys that are exempt. */
export function isExempt(
  key: number,
  contextLength: number,
  { keepFirst = 0, keepLast = 0 }: ExemptKeys,
): boolean {
  return key < keepFirst || key >= contextLength - keepLast;
}
