import type { AttentionGeometry } from "@sift-attention/tensor";
import type { KvType } from "../sift-attention-options.ts";
import type { Variant } from "../variant.ts";

/** The device that a tuning was measured on. */
export interface TunedAdapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** A kernel whose lanes walk over rows of keys or values. */
export interface RowKnobs {
  /** Invocations that read one row together, a power of two. */
  readonly lanes: number;
  /** Rows in flight per invocation. */
  readonly rows: number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Workgroups of a whole dispatch that the sequences are split for. */
  readonly workgroups: number;
}

export interface AttendKnobs extends RowKnobs {
  /** Keys whose scores are sifted at a time. */
  readonly tile: number;
}

export interface MergeKnobs {
  /** Columns of the output, in words of four, that a workgroup sums; times `rows` are its invocations. */
  readonly columns: number;
  readonly rows: number;
}

/** The knobs of each kernel. */
export interface TuningEntries {
  readonly scores: RowKnobs;
  readonly full: RowKnobs;
  readonly attend: AttendKnobs;
  readonly merge: MergeKnobs;
  /** Keys of a step, sequences × longest context, under which full attention is faster than sifting. */
  readonly denseBelow: number;
}

/** Knobs as plain JSON, and what they were measured for. */
export interface Tuning {
  readonly version: 1;
  /** Missing in the default table. */
  readonly adapter?: TunedAdapter;
  readonly geometry: AttentionGeometry;
  readonly kvType: KvType;
  readonly variant: Variant;
  readonly entries: TuningEntries;
}
