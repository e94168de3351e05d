/** What assembly/index.mts exports. Addresses and sizes are bytes. */
export interface KernelExports {
  setThreads(count: number, mainMayBlock: number): void;
  setScratch(address: number, stride: number): void;
  /** Arguments of the next operator, as its file under assembly/ numbers them. */
  setArgument(index: number, value: number): void;
  setNumber(index: number, value: number): void;
  matmul(outputs: number, span: number): void;
  rmsNorm(
    out: number,
    x: number,
    weight: number,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  layerNorm(rows: number): void;
  rotate(rows: number): void;
  siluMultiply(gate: number, up: number, count: number): void;
  geluMultiply(gate: number, up: number, count: number): void;
  gelu(x: number, count: number): void;
  scale(x: number, factor: number, count: number): void;
  softCap(x: number, cap: number, count: number): void;
  add(x: number, y: number, count: number): void;
  embed(
    out: number,
    table: number,
    format: number,
    columns: number,
    ids: number,
    rows: number,
  ): void;
  append(
    cache: number,
    x: number,
    rows: number,
    kvHeads: number,
    headDim: number,
    capacity: number,
    position: number,
  ): void;
  attentionBlockBytes(lines: number, keys: number, headDim: number, isShared: number): number;
  /** Writes scores for a rule of the caller's to choose by. */
  attentionScores(kvHeads: number): void;
  attention(rows: number, kvHeads: number): void;
  /** exp of `count` numbers, a multiple of four, as softmax has it or for any number; for tests. */
  exponentials(out: number, x: number, count: number, isBelowZero: number): void;
  /** Ends the threads that are in `work`. */
  stop(): void;
}

/** Sets i32 arguments from index 0 on. */
export function setArguments(kernels: KernelExports, values: readonly number[]): void {
  for (let i = 0; i < values.length; i++) kernels.setArgument(i, values[i]!);
}
