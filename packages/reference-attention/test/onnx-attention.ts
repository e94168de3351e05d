import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DecodeCall, type DecodeResult, decodeAttention } from "../src/index.ts";

/** An array of an operator case. Infinities and NaN are written as text. */
interface OnnxTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

/** One operator case: inputs, attributes and expected outputs. */
export interface OnnxCase {
  readonly test: string;
  readonly node: { readonly op: string; readonly attrs: Readonly<Record<string, number>> };
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

/** All cases of one operator in a folder, by name. */
export function readOnnxCases(folder: string, op: string): OnnxCase[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const all = files.sort().map((file): OnnxCase => {
    return JSON.parse(readFileSync(join(folder, file), "utf8"));
  });
  return all.filter(({ node }) => node.op === op);
}

/** The numbers of a tensor; a boolean mask becomes 0 where it lets a key through and −Infinity where not. */
export function numbersOf({ dtype, data }: OnnxTensor): Float64Array {
  if (dtype === "bool") {
    return Float64Array.from(data, (value) => (value ? 0 : Number.NEGATIVE_INFINITY));
  }
  return Float64Array.from(data, Number);
}

/** An array [batch, heads, rows, width], whatever the layout it came in. */
interface Heads {
  readonly heads: number;
  readonly rows: number;
  readonly width: number;
  at(batch: number, head: number, row: number, i: number): number;
}

/** [batch, heads, rows, width], or [batch, rows, heads · width] with the count of heads in an attribute. */
function headsOf(tensor: OnnxTensor, headCount: number | undefined): Heads {
  const data = numbersOf(tensor);
  const [, second = 0, third = 0, fourth] = tensor.shape;
  if (fourth !== undefined) {
    const at: Heads["at"] = (b, h, r, i) => data[((b * second + h) * third + r) * fourth + i]!;
    return { heads: second, rows: third, width: fourth, at };
  }
  const heads = headCount!;
  const width = third / heads;
  const at: Heads["at"] = (b, h, r, i) => data[(b * second + r) * third + h * width + i]!;
  return { heads, rows: second, width, at };
}

/** Rows of the cache in front of the new ones: the operator's present_key and present_value. */
function withPast(past: Heads | undefined, now: Heads): Heads {
  if (past === undefined) return now;
  const at: Heads["at"] = (b, h, r, i) =>
    r < past.rows ? past.at(b, h, r, i) : now.at(b, h, r - past.rows, i);
  return { ...now, rows: past.rows + now.rows, at };
}

/** A mask broadcasts over the dimensions that it lacks or has one of; keys past its end are hidden. */
function maskAt(mask: OnnxTensor | undefined): Heads["at"] {
  if (mask === undefined) return () => 0;
  const data = numbersOf(mask);
  const shape = [1, 1, 1, 1, ...mask.shape].slice(-4);
  return (...index) => {
    if (index[3]! >= shape[3]! && shape[3] !== 1) return Number.NEGATIVE_INFINITY;
    const flat = index.reduce(
      (at, value, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : value),
      0,
    );
    return data[flat]!;
  };
}

/** The pieces of a case as its decode calls need them. */
interface Pieces {
  readonly batches: number;
  readonly query: Heads;
  readonly keys: Heads;
  readonly values: Heads;
  readonly mask: Heads["at"];
  /** Keys that a row of a batch element sees. */
  visible(batch: number, row: number): number;
}

function piecesOf({ inputs, node }: OnnxCase): Pieces {
  const named = (name: string) => inputs.find((input) => input.name === name);
  const { q_num_heads, kv_num_heads, is_causal = 0 } = node.attrs;
  const query = headsOf(named("Q")!, q_num_heads);
  const part = (past: string, now: string) => {
    const before = named(past);
    return withPast(before && headsOf(before, kv_num_heads), headsOf(named(now)!, kv_num_heads));
  };
  const keys = part("past_key", "K");
  const filled = named("nonpad_kv_seqlen")?.data.map(Number);
  const pastRows = named("past_key")?.shape[2] ?? 0;
  return {
    batches: named("Q")!.shape[0]!,
    query,
    keys,
    values: part("past_value", "V"),
    mask: maskAt(named("attn_mask")),
    visible(batch, row) {
      const end = filled?.[batch] ?? keys.rows;
      const offset = filled === undefined ? pastRows : end - query.rows;
      return is_causal ? Math.min(end, offset + row + 1) : end;
    },
  };
}

function flatten(source: Heads, batch: number, rows: readonly number[]): Float64Array {
  const { heads, width } = source;
  const at = (index: number) => {
    const row = Math.floor(index / width) % rows.length;
    return source.at(batch, Math.floor(index / (width * rows.length)), rows[row]!, index % width);
  };
  return Float64Array.from({ length: heads * rows.length * width }, (_, index) => at(index));
}

function rowCall(
  { query, keys, values, mask, visible }: Pieces,
  { attrs }: OnnxCase["node"],
  batch: number,
  row: number,
): DecodeCall {
  const end = visible(batch, row);
  const allRows = Array.from({ length: keys.rows }, (_, key) => key);
  const bias = Float64Array.from({ length: query.heads * keys.rows }, (_, index) => {
    const key = index % keys.rows;
    if (key >= end) return Number.NEGATIVE_INFINITY;
    return mask(batch, Math.floor(index / keys.rows), row, key);
  });
  return {
    geometry: { queryHeads: query.heads, kvHeads: keys.heads, headDim: query.width },
    contextLength: keys.rows,
    valueDim: values.width,
    query: flatten(query, batch, [row]),
    keys: flatten(keys, batch, allRows),
    values: flatten(values, batch, allRows),
    bias,
    ...(attrs.scale === undefined ? {} : { scale: attrs.scale }),
    ...(attrs.softcap ? { softCap: attrs.softcap } : {}),
  };
}

/** The case's query rows, one decode call each: [batch][row]. */
export function onnxCalls(onnxCase: OnnxCase): DecodeCall[][] {
  const pieces = piecesOf(onnxCase);
  return Array.from({ length: pieces.batches }, (_, batch) =>
    Array.from({ length: pieces.query.rows }, (_, row) =>
      rowCall(pieces, onnxCase.node, batch, row),
    ),
  );
}

/** The operator's Y in its own layout, from results [batch][row]. */
export function outputY(onnxCase: OnnxCase, results: readonly DecodeResult[][]): Float64Array {
  const shape = onnxCase.outputs[0]!.shape;
  const heads = results[0]![0]!.logSumExp.length;
  const rows = results[0]!.length;
  const width = results[0]![0]!.output.length / heads;
  const numbers = results.flatMap((batch) => {
    if (shape.length === 3) return batch.flatMap(({ output }) => [...output]);
    return Array.from({ length: heads }, (_, head) =>
      batch.flatMap(({ output }) => [...output.slice(head * width, (head + 1) * width)]),
    ).flat();
  });
  if (numbers.length !== results.length * heads * rows * width) throw new Error("lost numbers");
  return Float64Array.from(numbers);
}

/** One of the statistics [queryHeads, contextLength] as the operator writes it: [batch, heads, rows, keys]. */
export function perKey(
  results: readonly DecodeResult[][],
  read: (result: DecodeResult) => Float64Array,
): Float64Array {
  const numbers = results.flatMap((batch) => {
    const { heads, contextLength } = batch[0]!.keptSet;
    return Array.from({ length: heads }, (_, head) =>
      batch.flatMap((row) => [
        ...read(row).slice(head * contextLength, (head + 1) * contextLength),
      ]),
    ).flat();
  });
  return Float64Array.from(numbers);
}

/** Runs all rows of a case. */
export function attendOnnx(
  onnxCase: OnnxCase,
  change: (call: DecodeCall) => DecodeCall = (call) => call,
): DecodeResult[][] {
  return onnxCalls(onnxCase).map((rows) => rows.map((call) => decodeAttention(change(call))));
}
