import { packRowPlaces, rowPlaceWords } from "../../gpu-ops/row-places/row-place.ts";
import type { PassStatistics } from "../../session/pass-statistics.ts";
import type { RowsCall, RowsResult } from "../model-backend.ts";
import { type BoundCache, recordLayers } from "./bound-cache.ts";
import {
  asksForLikeliest,
  type Drawing,
  drawingsOf,
  readDraws,
  withLikeliest,
} from "./draw-tokens.ts";
import type { PassSample, PromptSampler } from "./prompt-sampler.ts";
import { readLogits, recordHead } from "./read-logits.ts";
import type { Readback } from "./readback-ring.ts";
import { RowStatistics } from "./row-statistics.ts";
import type { SlotSampler } from "./slot-sampler.ts";

/** What a call asks for besides its rows. */
interface Wanted {
  readonly drawings: readonly Drawing[];
  readonly sample: PassSample | undefined;
}

/** Runs many rows of one slot under full attention, in one command buffer. */
export class PrefillRunner {
  readonly #bound: BoundCache;
  readonly #sampler: SlotSampler;
  readonly #places: Uint32Array<ArrayBuffer>;
  /** Resolves when the device is done with the last rows. */
  #done: Promise<unknown> = Promise.resolve();

  constructor(bound: BoundCache, sampler: SlotSampler) {
    this.#bound = bound;
    this.#sampler = sampler;
    this.#places = new Uint32Array(bound.decoder.rows.maxRows * rowPlaceWords);
  }

  /** Submits rows at once; resolves when what is wanted has been read, and the device is done with the rows before. */
  submit(call: RowsCall, readback: Readback, sampler?: PromptSampler): Promise<RowsResult> {
    try {
      this.#upload(call);
      const sample = sampler?.prepare(call);
      const { slot, want, draw } = call;
      const drawings = want === "token" && draw ? drawingsOf([{ slot, draw }]) : [];
      const offset = this.#encode(call, { drawings, sample }, readback);
      return this.#collect(call, { drawings, sample }, { readback, offset });
    } catch (error) {
      readback.cancel();
      throw error;
    }
  }

  #upload({ slot, tokens, firstPosition }: RowsCall): void {
    const { gpu, buffers, cache, decoder } = this.#bound;
    const { vocabularySize } = decoder.blueprint;
    const places = tokens.map((token, row) => ({ slot, position: firstPosition + row, token }));
    packRowPlaces(places, { ...cache.shape, vocabularySize }, this.#places);
    gpu.write(buffers.places, this.#places.subarray(0, tokens.length * rowPlaceWords));
  }

  #encode({ tokens }: RowsCall, { drawings, sample }: Wanted, readback: Readback): number {
    const { gpu, decoder, layers } = this.#bound;
    const rows = tokens.length;
    let offset = 0;
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      recordLayers(pass, this.#bound, rows, (layer) => {
        layers.layers[layer]!.prefill.record(pass, rows);
        sample?.record(pass, layer);
      });
      pass.end();
      if (drawings.length === 0) return;
      recordHead(encoder, decoder, rows - 1, 1);
      const drawPass = encoder.beginComputePass();
      this.#sampler.record(drawPass, drawings);
      drawPass.end();
      offset = this.#sampler.copy(encoder, readback, drawings);
    });
    return offset;
  }

  /** Everything is asked for before the first wait, so that it is of these rows. */
  async #collect(
    call: RowsCall,
    { drawings, sample }: Wanted,
    { readback, offset }: { readonly readback: Readback; readonly offset: number },
  ): Promise<RowsResult> {
    const { gpu } = this.#bound;
    const before = this.#done;
    this.#done = gpu.device.queue.onSubmittedWorkDone().catch(() => {}); // a loss is told elsewhere
    const [drawn, logits, sampled] = await Promise.all([
      readback.take((bytes) => readDraws(bytes, offset, drawings)),
      this.#readLogits(call),
      sample?.read(),
      before,
    ]);
    gpu.expectUsable("run");
    const token = drawn[0] && withLikeliest(drawn[0], drawings[0]!, logits);
    return {
      statistics: { ...this.#statistics(call), ...(sampled && { sampled }) },
      ...(token && { token }),
      ...(call.want === "logits" && logits && { logits }),
    };
  }

  /** The logits that are wanted, or that the likeliest tokens are found in. */
  #readLogits({ tokens, want, draw }: RowsCall): Promise<Float32Array> | undefined {
    const { gpu, decoder } = this.#bound;
    const endRow = tokens.length;
    if (want === "logits") return readLogits(gpu, decoder, { firstRow: 0, endRow });
    if (want === "nothing" || !draw || !asksForLikeliest(draw)) return undefined;
    return readLogits(gpu, decoder, { firstRow: endRow - 1, endRow });
  }

  #statistics({ tokens, firstPosition }: RowsCall): PassStatistics {
    const { cache, windows } = this.#bound;
    const model = { geometry: cache.shape.geometry, windows: windows.ofLayer };
    const statistics = new RowStatistics(model, tokens.length);
    for (let row = 0; row < tokens.length; row++) statistics.writeFull(row, firstPosition + row);
    return statistics.pass(firstPosition, { withQuantiles: false });
  }
}
