import { type BoundBuffer, createKernel, type Gpu } from "@sift-attention/gpu";
import { bytesPerElement } from "@sift-attention/tensor";
import { ModelError } from "../../model-error.ts";
import { type BoundRows, bindRows, type RowSizes } from "../row-places/bind-rows.ts";
import { rowPlaceBytes } from "../row-places/row-place.ts";
import { rowScaleBytes } from "../row-scales/row-scales.ts";
import { appendConstants, appendKernel } from "./append-kernel.ts";
import type { AppendOptions } from "./append-options.ts";
import { rotaryTableBytes } from "./rotary-table.ts";

export interface AppendBuffers {
  /** f32 [rows, queryHeads + 2 · kvHeads, headDim]: queries, keys, values. */
  readonly qkv: BoundBuffer;
  /** `packRowPlaces`. */
  readonly places: BoundBuffer;
  /** Of `createRotaryTable`, where heads rotate. */
  readonly angles?: BoundBuffer;
  /** f32 [2, headDim], where heads are normed: weights of query heads, then of key heads. */
  readonly headNorms?: BoundBuffer;
  /** f32 [rows, queryHeads, headDim]. */
  readonly queries: BoundBuffer;
  /** [slots, kvHeads, capacity, headDim] of the KV type. */
  readonly keys: BoundBuffer;
  readonly values: BoundBuffer;
  /** f32 [2, scalePitch] beside a cache of "i8": of key rows, then of value rows. */
  readonly scales?: BoundBuffer;
  /** f32 [slots, kvHeads, headDim]: of the values that rows see. Rows that extend them add their own. */
  readonly valueSums: BoundBuffer;
}

/** A compiled append. */
export interface Append {
  /** @throws ModelError "bad-tensor" for a missing, unwanted or too small buffer, and the errors of `Kernel.bind`. */
  bind(buffers: AppendBuffers): BoundRows;
}

function expectGiven(name: string, buffer: BoundBuffer | undefined, isWanted: boolean): void {
  if ((buffer !== undefined) === isWanted) return;
  const [expected, got] = isWanted ? ["a buffer", "none"] : ["none", "a buffer"];
  throw new ModelError("bad-tensor", `append: ${name}: expected ${expected}, got ${got}`);
}

function expectOptional(options: AppendOptions, buffers: AppendBuffers): void {
  expectGiven("angles", buffers.angles, options.rotary !== undefined);
  expectGiven("headNorms", buffers.headNorms, options.headNorms !== undefined);
  expectGiven("scales", buffers.scales, options.kvType === "i8");
}

function sizesOf(options: AppendOptions): RowSizes<string> {
  const { geometry, kvType, slots, capacity, rotary, headNorms } = options;
  const { queryHeads, kvHeads, headDim } = geometry;
  const cacheBytes = slots * kvHeads * capacity * headDim * bytesPerElement[kvType];
  return {
    perRow: {
      qkv: 4 * (queryHeads + 2 * kvHeads) * headDim,
      places: rowPlaceBytes,
      queries: 4 * queryHeads * headDim,
    },
    whole: {
      angles: rotary ? rotaryTableBytes({ pairs: rotary.pairs, capacity }) : 0,
      head_norms: headNorms ? 2 * 4 * headDim : 0,
      scales: rowScaleBytes(options),
      keys: cacheBytes,
      values: cacheBytes,
      value_sums: 4 * slots * kvHeads * headDim,
    },
  };
}

/**
 * Compiles an append.
 * @throws ModelError "bad-option", and the errors of `createKernel`.
 */
export async function createAppend(gpu: Gpu, options: AppendOptions): Promise<Append> {
  const kernel = await createKernel(gpu, appendKernel(options), appendConstants(options));
  const { queryHeads, kvHeads } = options.geometry;
  const heads = queryHeads + 2 * kvHeads;
  return {
    bind(given) {
      expectOptional(options, given);
      // A binding that a variant does not read still needs a buffer.
      const { places, angles = places, headNorms = places, valueSums, ...others } = given;
      const bindsNorms = options.kvType !== "i8" || options.headNorms !== undefined;
      const buffers = {
        ...{ places, angles, value_sums: valueSums },
        ...(bindsNorms && { head_norms: headNorms }),
        ...others,
      };
      return bindRows(kernel, buffers, sizesOf(options), (rows) => [heads, rows]);
    },
  };
}
