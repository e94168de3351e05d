/** Which rows of a window a method runs on and which are compared. */
export interface WindowProtocol {
  /** Rows before it run under full attention, as a prompt does. */
  readonly attentionFrom: number;
  /** Rows from it on are compared, for every method the same ones: the longest warmup is over. */
  readonly reportFrom: number;
}

/** Share of the window that stands for the prompt. */
const PROMPT_SHARE = 1 / 8;

/** The smallest context of which at least two rows are compared. */
export function shortestContext(warmup: number): number {
  let context = warmup + 3;
  while (context < windowProtocol(context, warmup).reportFrom + 2) context++;
  return context;
}

/** @param warmup Steps under full attention that sifting begins with. */
export function windowProtocol(context: number, warmup: number): WindowProtocol {
  const attentionFrom = Math.max(1, Math.floor(context * PROMPT_SHARE));
  return { attentionFrom, reportFrom: attentionFrom + warmup };
}
