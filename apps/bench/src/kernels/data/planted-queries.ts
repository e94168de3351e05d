import { type AttentionGeometry, groupSize } from "@sift-attention/tensor";
import { seededUniform } from "../../passkey/seeded-uniform.ts";
import { dualVectors } from "./dual-vectors.ts";

/** Query tokens and what sets a key's score against them. */
export interface PlantedQueries {
  /** [batch, queryHeads, headDim], of variance 1. */
  readonly queries: Float32Array<ArrayBuffer>;
  /** [batch, queryHeads, headDim]: adding s · dual to a key adds s to its product with that head's query and 0 to its group's others. */
  readonly duals: Float32Array<ArrayBuffer>;
}

/** Draws the queries of a batch. */
export function plantQueries(
  geometry: AttentionGeometry,
  batch: number,
  seed: string,
): PlantedQueries {
  const { queryHeads, kvHeads, headDim } = geometry;
  const group = groupSize(geometry);
  const uniform = seededUniform(seed);
  const queries = Float32Array.from(
    { length: batch * queryHeads * headDim },
    () => Math.sqrt(3) * (2 * uniform() - 1),
  );
  const duals = new Float32Array(queries.length);
  for (let block = 0; block < batch * kvHeads; block++) {
    const start = block * group * headDim;
    const vectors = queries.subarray(start, start + group * headDim);
    duals.set(dualVectors(vectors, group), start);
  }
  return { queries, duals };
}
