import type { DroppedMassRule } from "../attention-mode.ts";
import { chooseKeys } from "./choose-keys.ts";
import type { CpuAttentionCall, CpuAttentionRule, CpuAttentionStatistics } from "./cpu-ops.ts";
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
  const choice = reserveChoice(machine, call);
  const blockSums = machine.reserve(
    "block sums",
    4 * kvHeads * headDim * Math.ceil(rows / blockRows),
  );
  const statistics = reserveStatistics(machine, call);
  const thresholds = stage(machine, "thresholds", rule.logThresholds, rows * queryHeads);
  const wanted = stage(machine, "wanted", rule.wanted, rows);
  const sampled = stageSample(machine, call);
  const regions = [call.query, call.keys, call.values, call.valueSums, call.out];
  machine.setArguments([
    ...regions.map((region) => machine.addressOf(region)),
    ...[rows, firstPosition, call.capacity, queryHeads, kvHeads, headDim],
    ...[thresholds, rule.keepFirst, rule.keepLast, wanted, droppedMassRules[rule.droppedMass]],
    ...[statistics.kept, statistics.union, statistics.droppedMass, statistics.quantiles],
    ...[blockRows, blockSums, rows === 1 ? machine.reserve("blocks", 0) : 0, blockBytes],
    ...(call.rule.kind === "sift" ? [rule.keepFirst, rule.keepLast] : [0, 0]),
    windowOf(call),
    ...[choice.scores, choice.kept, choice.lineKeys],
    ...sampled,
  ]);
  machine.kernels.setNumber(0, call.scale);
  machine.kernels.setNumber(1, call.quantile ?? 0);
  machine.kernels.setNumber(2, rule.logThreshold);
  if (call.rule.kind === "custom") chooseAll(machine, call, call.rule, choice);
  machine.kernels.attention(rows, kvHeads);
  return {
    ...viewStatistics(machine, call, statistics),
    ...viewSampled(machine, call, sampled[3]!),
  };
}

function viewSampled(
  machine: WasmMachine,
  { sample, geometry }: CpuAttentionCall,
  address: number,
): Pick<CpuAttentionStatistics, "sampled"> {
  if (!sample) return {};
  const count = sample.rows.length * geometry.queryHeads * sample.levels.length;
  return { sampled: new Float32Array(machine.heap.buffer(), address, count) };
}

/** Numbers of keys are cut to those that there are: the kernels' arguments have 32 bits. */
function kernelRule({ rule, rows, ...call }: CpuAttentionCall): KernelRule {
  const keys = call.firstPosition + rows;
  switch (rule.kind) {
    case "custom": // its choice stands in memory
      return { logThreshold: 0, keepFirst: 0, keepLast: 0, droppedMass: rule.droppedMass };
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

/** Addresses of [rows, queryHeads, lineKeys] scores and kept flags for a rule of the caller's; 0 for other rules. */
interface ChoiceRoom {
  readonly scores: number;
  readonly kept: number;
  readonly lineKeys: number;
}

function reserveChoice(machine: WasmMachine, call: CpuAttentionCall): ChoiceRoom {
  if (call.rule.kind !== "custom") return { scores: 0, kept: 0, lineKeys: 0 };
  const lineKeys = windowOf(call);
  const numbers = call.rows * call.geometry.queryHeads * lineKeys;
  return {
    scores: machine.reserve("choice scores", 4 * numbers),
    kept: machine.reserve("choice", numbers),
    lineKeys,
  };
}

/** Computes all scores and asks the rule row by row. The arguments are set. */
function chooseAll(
  { kernels, heap }: WasmMachine,
  call: CpuAttentionCall,
  { choose }: Extract<CpuAttentionRule, { readonly kind: "custom" }>,
  room: ChoiceRoom,
): void {
  const { rows, geometry } = call;
  const { queryHeads, kvHeads } = geometry;
  const group = queryHeads / kvHeads;
  const numbers = rows * queryHeads * room.lineKeys;
  kernels.attentionScores(kvHeads);
  const scores = new Float32Array(heap.buffer(), room.scores, numbers);
  const kept = new Uint8Array(heap.buffer(), room.kept, numbers).fill(0);
  for (let row = 0; row < rows; row++) {
    const { count } = visibleKeys(call, row);
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      const first = row * queryHeads + kvHead * group;
      const starts = Array.from({ length: group }, (_, g) => (first + g) * room.lineKeys);
      const lines = {
        scores: starts.map((from) => scores.subarray(from, from + count)),
        kept: starts.map((from) => kept.subarray(from, from + count)),
      };
      chooseKeys(call, choose, { row, kvHead }, lines);
    }
  }
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
  if (rows > 1 || call.rule.kind === "custom") machine.reserveScratch(bytes);
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

/** Which of the sampled rows each row is or −1, the levels, how many there are, and where the quantiles go; or nothing. */
function stageSample(machine: WasmMachine, { sample, rows, geometry }: CpuAttentionCall): number[] {
  if (!sample) return [0, 0, 0, 0];
  const { levels } = sample;
  const indices = Int32Array.from({ length: rows }, (_, row) => sample.rows.indexOf(row));
  return [
    stage(machine, "sampled rows", indices, rows),
    stage(machine, "levels", Float32Array.from(levels), levels.length),
    levels.length,
    machine.reserve("sampled", 4 * sample.rows.length * geometry.queryHeads * levels.length),
  ];
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
