/** JSON has no −∞: OpenAI writes −9999 for a token that cannot be. */
export function finiteLogprob(logprob: number): number {
  return Math.max(logprob, -9999);
}
