import { readDraw } from "../../gpu-ops/sampling/read-draw.ts";
import { ModelError } from "../../model-error.ts";
import { logSumExp, topLogprobs } from "../../sampling/token-logprobs.ts";
import type { DrawnToken, DrawOptions } from "../model-backend.ts";

/** Words of one draw in the sampler's results. */
export const drawWords = 4;

/** A row that a token is drawn from. */
export interface Drawing {
  readonly row: number;
  readonly slot: number;
  readonly uniform: number;
  readonly options: DrawOptions;
}

/** The rows of a step that draw, in their order. */
export function drawingsOf(
  rows: readonly { readonly slot: number; readonly draw?: DrawOptions }[],
): readonly Drawing[] {
  return rows.flatMap(({ slot, draw }, row) =>
    draw ? [{ row, slot, uniform: draw.uniform, options: draw }] : [],
  );
}

/** Whether the logits must be read for what is asked about the token. */
export function asksForLikeliest({ topLogprobs: count = 0 }: DrawOptions): boolean {
  return count > 0;
}

/**
 * The tokens as the sampler left them, [drawings.length].
 * @throws ModelError "bad-logits".
 */
export function readDraws(
  bytes: ArrayBuffer,
  offset: number,
  drawings: readonly Drawing[],
): readonly DrawnToken[] {
  const words = new Uint32Array(bytes, offset, drawings.length * drawWords);
  return drawings.map(({ slot, options }, index) => {
    const { id, logprob, ...drawn } = readDraw(words, index);
    if (!drawn.isFinite) throw badLogits(slot);
    return options.topLogprobs === undefined ? { id } : { id, logprob };
  });
}

function badLogits(slot: number): ModelError {
  return new ModelError(
    "bad-logits",
    `logits: expected numbers, got NaN or infinity in slot ${slot}; the weights or the activations overflow`,
  );
}

/** A token with the likeliest ones beside it: logits [vocabulary], when they were read for it. */
export function withLikeliest(
  token: DrawnToken,
  { options }: Drawing,
  logits: Float32Array | undefined,
): DrawnToken {
  const { topLogprobs: count } = options;
  if (count === undefined) return token;
  if (!logits) return { ...token, topLogprobs: [] };
  const normaliser = logSumExp(logits);
  const logprob = logits[token.id]! - normaliser;
  return { id: token.id, logprob, topLogprobs: topLogprobs(logits, count, normaliser) };
}
