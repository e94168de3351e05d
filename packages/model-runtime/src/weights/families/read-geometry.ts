import type { AttentionGeometry } from "@sift-attention/tensor";
import type { ConfigFields } from "../config-fields.ts";
import { LARGEST_WIDTH } from "./size-limits.ts";

/** What a configuration calls the numbers of attention. */
export interface GeometryKeys {
  readonly heads: string;
  readonly kvHeads: string;
  readonly headDim: string;
}

/**
 * Heads and their width. Where nothing is said there are as many KV heads as query heads, of width `headDim` or a
 * share of hiddenSize.
 * @throws ModelError "bad-config".
 */
export function readGeometry(
  fields: ConfigFields,
  hiddenSize: number,
  keys: GeometryKeys,
  headDim?: number,
): AttentionGeometry {
  const queryHeads = fields.count(keys.heads, { max: LARGEST_WIDTH });
  const kvHeads = fields.count(keys.kvHeads, { max: queryHeads, otherwise: queryHeads });
  if (queryHeads % kvHeads !== 0) throw fields.refuse(keys.kvHeads, `a divisor of ${queryHeads}`);
  const width = readHeadDim(fields, keys, headDim ?? hiddenSize / queryHeads);
  return { queryHeads, kvHeads, headDim: width };
}

function readHeadDim(fields: ConfigFields, keys: GeometryKeys, otherwise: number): number {
  if (!fields.has(keys.headDim) && !Number.isInteger(otherwise)) {
    throw fields.refuse(keys.heads, "a divisor of the hidden size");
  }
  const headDim = fields.count(keys.headDim, { max: LARGEST_WIDTH, otherwise });
  if (headDim % 2 !== 0) throw fields.refuse(keys.headDim, "an even number");
  return headDim;
}
