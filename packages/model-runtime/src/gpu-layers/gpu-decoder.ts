import type { BoundBuffer, Gpu } from "@sift-attention/gpu";
import { createEmbed } from "../gpu-ops/embed/embed.ts";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import type { DecoderBlueprint } from "../layers/decoder-blueprint.ts";
import { CacheBinder, type CacheBuffers, type CacheLayers } from "./cache-layers.ts";
import {
  createDecoderScratch,
  type DecoderScratch,
  disposeScratch,
  type ScratchRows,
} from "./decoder-scratch.ts";
import type { DecoderWeights } from "./decoder-weights.ts";
import { bindLayerMaps, bindMap, type LayerMaps } from "./layer-maps.ts";
import { bindSoftCap } from "./soft-cap.ts";

/** A decoder on a device, compiled and bound as far as it goes without a cache. */
export interface GpuDecoder {
  readonly blueprint: DecoderBlueprint;
  readonly scratch: DecoderScratch;
  readonly rows: ScratchRows;
  readonly layers: readonly LayerMaps[];
  /** `hidden` to `logits`, from the first row on. */
  readonly head: readonly BoundRows[];
  /** `headRows` to `logits`. */
  readonly rowsHead: readonly BoundRows[];
  /**
   * Embeds tokens to `hidden`.
   * @param places Of `packRowPlaces`.
   * @param drawn u32 [slots]: the token that was drawn last in each.
   */
  bindEmbed(places: BoundBuffer, drawn: BoundBuffer): BoundRows;
  /** @throws GpuError of the device or the compiler; nothing stays allocated then. */
  bindCache(cache: CacheBuffers): Promise<CacheLayers>;
  /** Frees the scratch; the weights are the caller's. */
  dispose(): void;
}

/** What a decoder is made of. */
export interface GpuDecoderParts {
  readonly blueprint: DecoderBlueprint;
  readonly weights: DecoderWeights;
  readonly rows: ScratchRows;
  /** Told before each layer is compiled. */
  readonly onLayer?: (layer: number) => void;
}

/**
 * Allocates the scratch of a decoder and compiles everything that does not depend on a cache.
 * @throws GpuError of the device or the compiler, what `onLayer` throws; nothing stays allocated then.
 */
export async function createGpuDecoder(gpu: Gpu, parts: GpuDecoderParts): Promise<GpuDecoder> {
  const { blueprint, rows } = parts;
  const scratch = await createDecoderScratch(gpu, blueprint, rows);
  try {
    return await compile(gpu, parts, scratch);
  } catch (error) {
    disposeScratch(scratch);
    throw error;
  }
}

async function compile(
  gpu: Gpu,
  { blueprint, weights, rows, onLayer }: GpuDecoderParts,
  scratch: DecoderScratch,
): Promise<GpuDecoder> {
  const { embedding: table, positions } = weights;
  const { maxRows } = rows;
  const scale = blueprint.embeddingScale;
  const embed = await createEmbed(gpu, { table, scale, positions: positions !== undefined });
  const layers: LayerMaps[] = [];
  for (const [index, layer] of blueprint.layers.entries()) {
    onLayer?.(index);
    const place = { gpu, scratch, maxRows };
    layers.push(await bindLayerMaps(place, layer, weights.layers[index]!));
  }
  const binder = new CacheBinder(gpu, { blueprint, weights, scratch, maxRows });
  return {
    ...{ blueprint, scratch, rows, layers },
    head: await bindHead(gpu, { blueprint, weights, rows }, scratch, "hidden"),
    rowsHead: await bindHead(gpu, { blueprint, weights, rows }, scratch, "headRows"),
    bindEmbed: (places, drawn) =>
      embed.bind({ places, drawn, ...(positions && { positions }), out: scratch.hidden }),
    bindCache: (cache) => binder.bind(cache),
    dispose: () => disposeScratch(scratch),
  };
}

/** The last norm, the map to the vocabulary and the cap. */
async function bindHead(
  gpu: Gpu,
  { blueprint, weights, rows }: GpuDecoderParts,
  scratch: DecoderScratch,
  source: "hidden" | "headRows",
): Promise<readonly BoundRows[]> {
  const place = { gpu, maxRows: rows.logitsRows };
  const { logits: out } = scratch;
  const { head, outputNorm: norm } = weights;
  const map = await bindMap(place, head, { x: scratch[source], out, output: "write", norm });
  if (blueprint.logitCap === undefined) return [map];
  return [map, await bindSoftCap(gpu, out, blueprint.logitCap)];
}
