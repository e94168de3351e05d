import { ModelError } from "../model-error.ts";
import { TENSOR_BLOCKS } from "../weights/tensor-format.ts";
import type { AppendCall } from "./append.plain.ts";
import type { CpuAttentionCall, CpuMatrix, CpuOps, CpuRegion } from "./cpu-ops.ts";
import type { RotateCall } from "./rotate.plain.ts";

/** @throws ModelError "bad-tensor" when a region holds fewer than `count` f32 numbers. */
export function expectFloats(name: string, region: CpuRegion, count: number): void {
  if (region.byteLength >= 4 * count) return;
  throw new ModelError(
    "bad-tensor",
    `${name}: expected at least ${4 * count} bytes, got ${region.byteLength}`,
  );
}

/** @throws ModelError "bad-tensor" when the columns are not whole blocks or the region is too small. */
export function expectMatrix(name: string, { format, rows, columns, region }: CpuMatrix): void {
  const block = TENSOR_BLOCKS[format];
  if (columns % block.numbers !== 0) {
    throw new ModelError(
      "bad-tensor",
      `${name}: expected columns in multiples of ${block.numbers} for ${format}, got ${columns}`,
    );
  }
  const bytes = rows * (columns / block.numbers) * block.bytes;
  if (region.byteLength >= bytes) return;
  throw new ModelError(
    "bad-tensor",
    `${name}: expected at least ${bytes} bytes for ${format} [${rows}, ${columns}], got ${region.byteLength}`,
  );
}

/** @throws ModelError "bad-tensor" when an id is not a row of the table. */
export function expectIds(ids: ArrayLike<number>, table: CpuMatrix): void {
  for (let r = 0; r < ids.length; r++) {
    const id = ids[r]!;
    if (Number.isInteger(id) && id >= 0 && id < table.rows) continue;
    throw new ModelError("bad-tensor", `ids[${r}]: expected 0 to ${table.rows - 1}, got ${id}`);
  }
}

/** @throws ModelError "bad-tensor" when a region of a layer norm is too small. */
export function expectLayerNorm(
  out: CpuRegion,
  x: CpuRegion,
  { weight, bias, rows, width }: Parameters<CpuOps["layerNorm"]>[2],
): void {
  expectFloats("x", x, rows * width);
  expectFloats("out", out, rows * width);
  expectFloats("weight", weight, width);
  expectFloats("bias", bias, width);
}

/** @throws ModelError "bad-tensor" when more numbers would rotate than a head has. */
export function expectRotate(x: CpuRegion, call: RotateCall): void {
  expectFloats("x", x, call.rows * call.heads * call.headDim);
  if (2 * call.frequencies.length <= call.headDim) return;
  throw new ModelError(
    "bad-tensor",
    `frequencies: expected at most ${call.headDim / 2}, got ${call.frequencies.length}`,
  );
}

/** @throws ModelError "bad-tensor" when the rows do not fit into the cache. */
export function expectAppend(cache: CpuRegion, x: CpuRegion, call: AppendCall): void {
  expectFloats("x", x, call.rows * call.kvHeads * call.headDim);
  expectFloats("cache", cache, call.kvHeads * call.capacity * call.headDim);
  expectCapacity("append", call);
}

function expectCapacity(
  name: string,
  call: { readonly rows: number; readonly firstPosition: number; readonly capacity: number },
): void {
  const end = call.firstPosition + call.rows;
  if (call.firstPosition >= 0 && end <= call.capacity) return;
  throw new ModelError(
    "bad-tensor",
    `${name}: expected positions below ${call.capacity}, got ${call.firstPosition} to ${end - 1}`,
  );
}

/** @throws ModelError "bad-tensor" when the shapes of an attention call do not fit together. */
export function expectAttention(call: CpuAttentionCall): void {
  const { geometry, rows, capacity, rule } = call;
  const { queryHeads, kvHeads, headDim } = geometry;
  if (queryHeads % kvHeads !== 0) {
    throw new ModelError(
      "bad-tensor",
      `attention: expected query heads in multiples of ${kvHeads} KV heads, got ${queryHeads}`,
    );
  }
  expectCapacity("attention", call);
  if (call.window !== undefined && !(Number.isInteger(call.window) && call.window >= 1)) {
    throw new ModelError(
      "bad-tensor",
      `window: expected a whole number from 1, got ${call.window}`,
    );
  }
  expectFloats("query", call.query, rows * queryHeads * headDim);
  expectFloats("keys", call.keys, kvHeads * capacity * headDim);
  expectFloats("values", call.values, kvHeads * capacity * headDim);
  expectFloats("valueSums", call.valueSums, kvHeads * headDim);
  expectFloats("out", call.out, rows * queryHeads * headDim);
  if (rule.kind === "sift" && rule.logThresholds.length < rows * queryHeads) {
    throw new ModelError(
      "bad-tensor",
      `logThresholds: expected [${rows}, ${queryHeads}], got ${rule.logThresholds.length} numbers`,
    );
  }
}
