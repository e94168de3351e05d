import type { Gpu } from "@sift-attention/gpu";
import {
  type DecodeResult,
  decodeAttention,
  type KeepRule,
} from "@sift-attention/reference-attention";
import { type AttentionGeometry, groupSize } from "@sift-attention/tensor";
import type { CaseData } from "../data/case-data.ts";
import { readRows } from "../data/read-rows.ts";

/** One KV head of one sequence, over its first keys, as the float64 oracle sees it. */
export class OracleSample {
  /** Index of its first query head among those of the batch. */
  readonly firstHead: number;
  readonly contextLength: number;
  readonly #geometry: AttentionGeometry;
  readonly #query: Float32Array;
  readonly #keys: Float64Array;
  readonly #values: Float64Array;
  readonly #results = new Map<string, DecodeResult>();

  constructor(sample: SampleData) {
    this.firstHead = sample.firstHead;
    this.contextLength = sample.contextLength;
    this.#geometry = sample.geometry;
    this.#query = sample.query;
    this.#keys = sample.keys;
    this.#values = sample.values;
  }

  /** Of its query heads only: output [group, headDim]. */
  attend(rule: KeepRule): DecodeResult {
    const key = JSON.stringify(rule, (_, value) =>
      value === Number.NEGATIVE_INFINITY ? "-∞" : value,
    );
    const result =
      this.#results.get(key) ??
      decodeAttention({
        geometry: this.#geometry,
        contextLength: this.contextLength,
        query: this.#query,
        keys: this.#keys,
        values: this.#values,
        rule,
      });
    this.#results.set(key, result);
    return result;
  }
}

interface SampleData {
  readonly firstHead: number;
  readonly contextLength: number;
  readonly geometry: AttentionGeometry;
  readonly query: Float32Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

/** The first KV head of the first sequence and the last one of the last, read back from the first buffer set. */
export async function readOracleSamples(
  gpu: Gpu,
  data: CaseData,
  contextLength: number,
): Promise<OracleSample[]> {
  const { batch, shape } = data.kernelCase;
  const heads = new Set([0, batch * shape.geometry.kvHeads - 1]);
  const samples: OracleSample[] = [];
  for (const head of heads) samples.push(await readSample(gpu, data, { head, contextLength }));
  return samples;
}

async function readSample(
  gpu: Gpu,
  { kernelCase, queries, sets }: CaseData,
  { head, contextLength }: { readonly head: number; readonly contextLength: number },
): Promise<OracleSample> {
  const { geometry } = kernelCase.shape;
  const { headDim } = geometry;
  const group = groupSize(geometry);
  const place = { head, context: kernelCase.context, contextLength, headDim };
  const { keys, values, keyScales, valueScales } = sets[0]!;
  return new OracleSample({
    firstHead: head * group,
    contextLength,
    geometry: { queryHeads: group, kvHeads: 1, headDim },
    query: queries.subarray(head * group * headDim, (head + 1) * group * headDim),
    keys: await readRows(gpu, { rows: keys, scales: keyScales }, place),
    values: await readRows(gpu, { rows: values, scales: valueScales }, place),
  });
}
