import type { HeadLaw, Session } from "@sift-attention/model-runtime";

/** A pass over a text under full attention. */
export interface TextPass {
  readonly session: Session;
  /** [tokens], those in front included. */
  readonly tokens: readonly number[];
  readonly signal?: AbortSignal;
  onTokens?(done: number): void;
}

/**
 * The τ-quantile of every row of a text under full attention: a sift's warmup that never ends.
 * Row N − 1 of a head's lists is the row that sees N keys.
 * @throws the signal's reason when it was aborted.
 */
export async function observeText(
  { session, tokens, signal, onTokens }: TextPass,
  quantile: number,
): Promise<readonly HeadLaw[]> {
  const pass = session.score(tokens, {
    attention: { kind: "sift", quantile, warmup: tokens.length + 1 },
    reportFrom: tokens.length,
    onPrefill: ({ tokensDone }) => onTokens?.(tokensDone),
    ...(signal && { signal }),
  });
  for await (const chunk of pass) void chunk;
  signal?.throwIfAborted();
  return session.laws();
}
