import type { DroppedMassRule } from "../attention-mode.ts";
import type { CpuAttentionCall, CpuAttentionStatistics } from "./cpu-ops.ts";
import { visibleKeys } from "./visible-keys.ts";
import type { WasmMachine } from "./wasm/wasm-machine.ts";

/** Query heads × rows that share one KV head in one block: their scores over a long context fit the second cache. */
const BLOCK_LINES = 32;

/** A block's keys begin at a multiple of this: TILE of assembly/attention-block.mts. */
const KEY_TILE = 128;

const droppedMassRules: Readonly<Record<DroppedMassRule, number>> = {
  none: 0,
  renormalise: 1,
  "mean-value": 2,
};

/** A rule as the kernels know it: a threshold with exempt keys at both ends, or a number of keys to keep. */
interface KernelRule {
  readonly logThreshold: number;
  readonly logThresholds?: Float32Array;
  readonly keepFirst: number;
  readonly keepLast: number;
  /** For each row. */
  readonly wanted?: Int32Array;
  readonly droppedMass: DroppedMassRule;
}

/**
 * Attention in f32. A row's result does not depend on the other rows of the call or on the number of threads, bit for
 * bit. The running value sums are plain f32 additions in ascending order of positions, so that they do not depend on
 * how rows were grouped into calls either; their relative error stays near √n · 2^−24.
 */
export function attentionWasm(
  machine: WasmMachine,
  call: CpuAttentionCall,
): CpuAttentionStatistics {
  const { rows, geometry, firstPosition } = call;
  const { queryHeads, kvHeads, headDim } = geometry;
  const blockRows = Math.max(1, Math.floor(BLOCK_LINES / (queryHeads / kvHeads)));
  const rule = kernelRule(call);
  const blockBytes = reserveBlocks(machine, call, blockRows);
  const blockSums = machine.reserve(
    "block sums",
    4 * kvHeads * headDim * Math.ceil(rows / blockRows),
  );
  const statistics = reserveStatistics(machine, call);
  const thresholds = stage(machine, "thresholds", rule.logThresholds, rows * queryHeads);
  const wanted = stage(machine, "wanted", rule.wanted, rows);
  const regions = [call.query, call.keys, call.values, call.valueSums, call.out];
  machine.setArguments([
    ...regions.map((region) => machine.addressOf(region)),
    ...[rows, firstPosition, call.capacity, queryHeads, kvHeads, headDim],
    ...[thresholds, rule.keepFirst, rule.keepLast, wanted, droppedMassRules[rule.droppedMass]],
    ...[statistics.kept, statistics.union, statistics.droppedMass, statistics.quantiles],
    ...[blockRows, blockSums, rows === 1 ? machine.reserve("blocks", 0) : 0, blockBytes],
    ...(call.rule.kind === "sift" ? [rule.keepFirst, rule.keepLast] : [0, 0]),
    windowOf(call),
  ]);
  machine.kernels.setNumber(0, call.scale);
  machine.kernels.setNumber(1, call.quantile ?? 0);
  machine.kernels.setNumber(2, rule.logThreshold);
  machine.kernels.attention(rows, kvHeads);
  return viewStatistics(machine, call, statistics);
}

/** Numbers of keys are cut to those that there are: the kernels' arguments have 32 bits. */
function kernelRule({ rule, rows, ...call }: CpuAttentionCall): KernelRule {
  const keys = call.firstPosition + rows;
  switch (rule.kind) {
    case "full":
      return { logThreshold: -Infinity, keepFirst: 0, keepLast: 0, droppedMass: "none" };
    case "sliding-window":
      return {
        logThreshold: Infinity,
        keepFirst: Math.min(rule.sinks, keys),
        keepLast: Math.min(rule.window, keys),
        droppedMass: rule.droppedMass,
      };
    case "sift":
      return {
        logThreshold: 0,
        ...rule,
        keepFirst: Math.min(rule.keepFirst, keys),
        keepLast: Math.min(rule.keepLast, keys),
      };
    case "top-k": {
      const wanted = Int32Array.from({ length: rows }, (_, row) => {
        const { count } = visibleKeys(call, row);
        return Math.min(count, Math.max(1, Math.ceil(rule.fraction * count)));
      });
      return { logThreshold: 0, keepFirst: 0, keepLast: 0, wanted, droppedMass: rule.droppedMass };
    }
  }
}

/** The window, cut to the keys that there are. */
function windowOf({ window = Infinity, firstPosition, rows }: CpuAttentionCall): number {
  return Math.min(window, firstPosition + rows);
}

/** Makes room for blocks: one for each KV head for a single row, else one for each thread. Returns a block's bytes. */
function reserveBlocks(machine: WasmMachine, call: CpuAttentionCall, blockRows: number): number {
  const { rows, firstPosition, geometry } = call;
  const { queryHeads, kvHeads, headDim } = geometry;
  const group = queryHeads / kvHeads;
  const keys = Math.min(firstPosition + rows, windowOf(call) + blockRows + KEY_TILE);
  const lines = rows === 1 ? group : Math.min(rows, blockRows) * group;
  const bytes = machine.kernels.attentionBlockBytes(lines, keys, headDim, rows === 1 ? 1 : 0) >>> 0;
  if (rows === 1) machine.reserve("blocks", bytes * kvHeads);
  else machine.reserveScratch(bytes);
  return bytes;
}

/** Copies numbers into backend memory; 0 when there are none. */
function stage(
  machine: WasmMachine,
  name: string,
  numbers: Float32Array | Int32Array | undefined,
  count: number,
): number {
  if (numbers === undefined) return 0;
  const address = machine.reserve(name, 4 * count);
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, 4 * count);
  new Uint8Array(machine.heap.buffer(), address, 4 * count).set(bytes);
  return address;
}

interface StatisticsAddresses {
  readonly kept: number;
  readonly union: number;
  readonly droppedMass: number;
  /** 0 when they are not asked for. */
  readonly quantiles: number;
}

function reserveStatistics(machine: WasmMachine, call: CpuAttentionCall): StatisticsAddresses {
  const { queryHeads, kvHeads } = call.geometry;
  return {
    kept: machine.reserve("kept", 4 * call.rows * queryHeads),
    union: machine.reserve("union", 4 * call.rows * kvHeads),
    droppedMass: machine.reserve("dropped mass", 4 * call.rows * queryHeads),
    quantiles:
      call.quantile === undefined ? 0 : machine.reserve("quantiles", 4 * call.rows * queryHeads),
  };
}

function viewStatistics(
  machine: WasmMachine,
  { rows, geometry }: CpuAttentionCall,
  addresses: StatisticsAddresses,
): CpuAttentionStatistics {
  const buffer = machine.heap.buffer();
  const perQueryHead = rows * geometry.queryHeads;
  return {
    kept: new Float32Array(buffer, addresses.kept, perQueryHead),
    union: new Float32Array(buffer, addresses.union, rows * geometry.kvHeads),
    droppedMass: new Float32Array(buffer, addresses.droppedMass, perQueryHead),
    quantiles:
      addresses.quantiles === 0
        ? undefined
        : new Float32Array(buffer, addresses.quantiles, perQueryHead),
  };
}
