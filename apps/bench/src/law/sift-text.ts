import type { ModelConfig } from "@sift-attention/model-runtime";
import type { KeptOfHead } from "./law-record.ts";
import type { TextPass } from "./observe-text.ts";

/** What a head keeps, without the text's name. */
export type HeadKept = Omit<KeptOfHead, "text">;

/**
 * Runs a text sifted with the runtime's default settings at τ and averages what each head keeps over the sifted rows.
 *
 * @param options.attentionFrom Position of the first row that may be sifted: what is before it is the prompt.
 * @throws the signal's reason when it was aborted.
 */
export async function siftText(
  { session, tokens, signal, onTokens }: TextPass,
  config: ModelConfig,
  { quantile, attentionFrom }: { readonly quantile: number; readonly attentionFrom: number },
): Promise<HeadKept[]> {
  const heads = config.layers * config.queryHeads;
  const kept = new Float64Array(heads);
  const dropped = new Float64Array(heads);
  const worst = new Float64Array(heads);
  const pass = session.score(tokens, {
    attention: { kind: "sift", quantile },
    attentionFrom,
    reportFrom: attentionFrom,
    onPrefill: ({ tokensDone }) => onTokens?.(tokensDone),
    ...(signal && { signal }),
  });
  let count = 0;
  for await (const chunk of pass) {
    if (chunk.phase !== "sift") continue;
    for (let row = 0; row < chunk.rows; row++, count++) {
      for (let at = 0; at < heads; at++) {
        const layer = Math.floor(at / config.queryHeads);
        const index = (layer * chunk.rows + row) * config.queryHeads + (at % config.queryHeads);
        kept[at]! += chunk.kept[index]! / visibleKeys(config, layer, chunk.firstPosition + row);
        dropped[at]! += chunk.droppedMass[index]!;
        worst[at] = Math.max(worst[at]!, chunk.droppedMass[index]!);
      }
    }
  }
  signal?.throwIfAborted();
  return Array.from({ length: heads }, (_, at) => ({
    quantile,
    layer: Math.floor(at / config.queryHeads),
    head: at % config.queryHeads,
    keptFraction: kept[at]! / count,
    droppedMass: dropped[at]! / count,
    droppedMassMax: worst[at]!,
  }));
}

/** Keys that a row of the layer sees, its own included. */
function visibleKeys({ slidingWindow }: ModelConfig, layer: number, position: number): number {
  const seen = position + 1;
  return slidingWindow?.layers[layer] ? Math.min(seen, slidingWindow.size) : seen;
}
