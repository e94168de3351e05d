import type { KeyChoice } from "../key-choice.ts";
import type { CpuAttentionCall } from "./cpu-ops.ts";
import { visibleKeys } from "./visible-keys.ts";

/** Where the query heads of one KV head have their scores, and where a rule says what it keeps. */
export interface ChoiceLines {
  /** [group][count]. */
  readonly scores: readonly Float32Array[];
  /** [group][count], all 0. */
  readonly kept: readonly Uint8Array[];
}

/** Asks a rule of the caller's which keys one row keeps under one KV head. */
export function chooseKeys(
  call: CpuAttentionCall,
  choose: (choice: Omit<KeyChoice, "layer">) => void,
  place: { readonly row: number; readonly kvHead: number },
  { scores, kept }: ChoiceLines,
): void {
  const { row, kvHead } = place;
  const { queryHeads, headDim } = call.geometry;
  const { first, count } = visibleKeys(call, row);
  const query = call.query.floats();
  const queryFrom = (row * queryHeads + kvHead * scores.length) * headDim;
  const keysFrom = (kvHead * call.capacity + first) * headDim;
  choose({
    kvHead,
    position: call.firstPosition + row,
    firstKey: first,
    count,
    scores,
    queries: scores.map((_, g) => {
      const from = queryFrom + g * headDim;
      return query.subarray(from, from + headDim);
    }),
    keys: call.keys.floats().subarray(keysFrom, keysFrom + count * headDim),
    kept,
  });
}
