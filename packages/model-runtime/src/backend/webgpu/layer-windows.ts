import type { DecoderBlueprint } from "../../layers/decoder-blueprint.ts";

/** How far back the layers of a decoder see. */
export interface LayerWindows {
  /** Keys that a row sees at most in each layer, absent: all: [layers]. */
  readonly ofLayer: readonly (number | undefined)[];
  /** The different ones among them. */
  readonly distinct: readonly (number | undefined)[];
  /** Which of `distinct` each layer has: [layers]. */
  readonly indexOf: readonly number[];
}

/** The windows of a decoder's layers. */
export function layerWindows({ layers }: DecoderBlueprint): LayerWindows {
  const ofLayer = layers.map(({ attention }) => attention.window);
  const distinct = [...new Set(ofLayer)];
  return { ofLayer, distinct, indexOf: ofLayer.map((window) => distinct.indexOf(window)) };
}
