import type { AttentionGeometry } from "@sift-attention/tensor";
import type { DroppedMassRule } from "../attention-mode.ts";
import type { RowSample } from "../backend/attention-rule.ts";
import type { KeyChoice } from "../key-choice.ts";
import type { RotaryLayout } from "../weights/model-config.ts";
import type { TensorFormat } from "../weights/tensor-format.ts";

/** A piece of the backend's memory, 64-byte aligned. Views are made afresh each time: memory may grow between calls. */
export interface CpuRegion {
  readonly byteLength: number;
  bytes(): Uint8Array;
  /** All of it as f32. */
  floats(): Float32Array;
  free(): void;
}

/** A weight matrix in its stored format: [rows, columns]. */
export interface CpuMatrix {
  readonly region: CpuRegion;
  readonly format: TensorFormat;
  readonly rows: number;
  readonly columns: number;
}

/** Which keys each row of an attention call keeps. */
export type CpuAttentionRule =
  | { readonly kind: "full" }
  /** Keys kept per head at context length n: max(1, ceil(fraction · n)); of equal weights the lower index wins. */
  | { readonly kind: "top-k"; readonly fraction: number; readonly droppedMass: DroppedMassRule }
  | {
      readonly kind: "sliding-window";
      readonly sinks: number;
      readonly window: number;
      readonly droppedMass: DroppedMassRule;
    }
  | {
      readonly kind: "sift";
      /** ln θ: [rows, queryHeads]. −Infinity keeps every key and equals "full" bit for bit. */
      readonly logThresholds: Float32Array;
      readonly droppedMass: DroppedMassRule;
      readonly keepFirst: number;
      readonly keepLast: number;
    }
  | {
      readonly kind: "custom";
      /** Asked row by row in ascending order, for each KV head. */
      readonly choose: (choice: Omit<KeyChoice, "layer">) => void;
      readonly droppedMass: DroppedMassRule;
    };

/** Attention of consecutive query rows of one sequence in one layer. */
export interface CpuAttentionCall {
  readonly geometry: AttentionGeometry;
  readonly rows: number;
  /** Position of row 0; row r sees the keys 0 … firstPosition + r, which are in the cache already. */
  readonly firstPosition: number;
  /**
   * Keys that a row sees at most, its own included: the last ones. Default: all. Rules, quantiles and statistics speak
   * of the visible keys alone.
   */
  readonly window?: number;
  /** Allocated key rows per KV head. */
  readonly capacity: number;
  /** Multiplies q·k, usually headDim^(−1/2). */
  readonly scale: number;
  /** [rows, queryHeads, headDim], rotated. */
  readonly query: CpuRegion;
  /** [kvHeads, capacity, headDim], rotated. */
  readonly keys: CpuRegion;
  /** [kvHeads, capacity, headDim]. */
  readonly values: CpuRegion;
  /**
   * Sum of the values that the row before row 0 sees: [kvHeads, headDim], 0 for the first position. Each row adds its
   * own value, then takes away the one that left its window, so that afterwards it is what the last row sees. Kept up
   * to date under every rule.
   */
  readonly valueSums: CpuRegion;
  /** [rows, queryHeads, headDim]. */
  readonly out: CpuRegion;
  readonly rule: CpuAttentionRule;
  /** Asks for the τ-quantile of every row's weights, over the keys that are not exempt by the rule. */
  readonly quantile?: number;
  /** Asks for quantiles of single rows at several levels, over all keys that they see. */
  readonly sample?: RowSample;
}

/** Statistics of an attention call. Views into backend memory: valid until the next call. */
export interface CpuAttentionStatistics {
  /** Keys kept: [rows, queryHeads]. */
  readonly kept: Float32Array;
  /** Value rows read, the union over the query heads of a KV head: [rows, kvHeads]. */
  readonly union: Float32Array;
  /** Weight of the dropped keys: [rows, queryHeads]; exactly 0 when none was dropped. */
  readonly droppedMass: Float32Array;
  /** [rows, queryHeads]; only when asked for. */
  readonly quantiles: Float32Array | undefined;
  /** [sampled rows, queryHeads, levels]; only when asked for. */
  readonly sampled?: Float32Array;
}

/**
 * The operators of a decoder on the CPU, f32 activations over packed weights. Two implementations with one contract:
 * plain TypeScript (the oracle and the fallback) and WebAssembly SIMD with threads. All calls are synchronous; a call
 * returns when its result is in memory.
 */
export interface CpuOps {
  /** For people: "WebAssembly SIMD, 2 threads". */
  readonly description: string;
  readonly threads: number;
  /** Bytes allocated and not freed. */
  readonly liveBytes: number;
  /** @throws ModelError "out-of-memory" with the bytes asked and available. */
  allocate(byteLength: number): CpuRegion;
  /** out[r, :] = table[ids[r], :], unpacked to f32: [rows, columns]. */
  embed(out: CpuRegion, table: CpuMatrix, ids: ArrayLike<number>): void;
  /** out[r, j] = Σ_i x[r, i] · weight[j, i] (+ bias[j]): [rows, weight.rows] from x [rows, weight.columns]. */
  matmul(out: CpuRegion, x: CpuRegion, weight: CpuMatrix, rows: number, bias?: CpuRegion): void;
  /** out[r, :] = x[r, :] / √(mean(x[r, :]²) + epsilon) · weight. out may be x. weight is f32 [width]. */
  rmsNorm(
    out: CpuRegion,
    x: CpuRegion,
    weight: CpuRegion,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  /** out[r, :] = (x[r, :] − mean) / √(variance + epsilon) · weight + bias. out may be x. weight, bias are f32 [width]. */
  layerNorm(
    out: CpuRegion,
    x: CpuRegion,
    call: {
      readonly weight: CpuRegion;
      readonly bias: CpuRegion;
      readonly rows: number;
      readonly width: number;
      readonly epsilon: number;
    },
  ): void;
  /**
   * Rotates x [rows, heads, headDim] in place: row r by the angles of position firstPosition + r.
   * `frequencies` are the angles per position: f64 [rotated / 2], made by the caller with any rescaling.
   */
  rotate(
    x: CpuRegion,
    call: {
      readonly rows: number;
      readonly heads: number;
      readonly headDim: number;
      readonly firstPosition: number;
      readonly frequencies: Float64Array;
      readonly layout: RotaryLayout;
    },
  ): void;
  /** gate[i] = silu(gate[i]) · up[i] for count numbers. */
  siluMultiply(gate: CpuRegion, up: CpuRegion, count: number): void;
  /** gate[i] = gelu(gate[i]) · up[i] for count numbers; gelu(x) = x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))). */
  geluMultiply(gate: CpuRegion, up: CpuRegion, count: number): void;
  /** x[i] = gelu(x[i]) for count numbers. */
  gelu(x: CpuRegion, count: number): void;
  /** x[i] = x[i] · factor for count numbers. */
  scale(x: CpuRegion, factor: number, count: number): void;
  /** x[i] = cap · tanh(x[i] / cap) for count numbers. */
  softCap(x: CpuRegion, cap: number, count: number): void;
  /** x[i] += y[i] for count numbers. */
  add(x: CpuRegion, y: CpuRegion, count: number): void;
  /** Copies rows [rows, kvHeads, headDim] into a cache [kvHeads, capacity, headDim] at firstPosition. */
  append(
    cache: CpuRegion,
    x: CpuRegion,
    call: {
      readonly rows: number;
      readonly kvHeads: number;
      readonly headDim: number;
      readonly capacity: number;
      readonly firstPosition: number;
    },
  ): void;
  attention(call: CpuAttentionCall): CpuAttentionStatistics;
  /** Ends the threads and lets the memory go. */
  dispose(): Promise<void>;
}
