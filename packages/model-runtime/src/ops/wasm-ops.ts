import { attentionWasm } from "./attention.wasm.ts";
import type { CpuOps } from "./cpu-ops.ts";
import { embedWasm } from "./embed.wasm.ts";
import {
  expectAppend,
  expectAttention,
  expectFloats,
  expectIds,
  expectLayerNorm,
  expectMatrix,
  expectRotate,
} from "./expect-call.ts";
import { matmulWasm } from "./matmul.wasm.ts";
import { createRotateWasm } from "./rotate.wasm.ts";
import { startWasmMachine, type WasmMachine } from "./wasm/wasm-machine.ts";

export interface WasmOpsOptions {
  /** The calling thread included, at least 1. */
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * The operators in WebAssembly SIMD with threads. Results do not depend on the number of threads, and those of a row
 * not on the rows computed with it, bit for bit. Fewer threads than asked for, with the reason in `description`, where
 * memory cannot be shared or a worker does not start.
 * @throws ModelError "no-backend" where WebAssembly SIMD is missing, "out-of-memory", "aborted".
 */
export async function createWasmOps(options: WasmOpsOptions): Promise<CpuOps> {
  const machine = await startWasmMachine(options.threads, options.signal);
  const { kernels, heap } = machine;
  const rotate = createRotateWasm(machine);
  const address = machine.addressOf;
  return {
    description: describe(machine),
    threads: machine.threads,
    get liveBytes() {
      return heap.liveBytes;
    },
    allocate: (byteLength) => heap.allocate(byteLength),
    embed(out, table, ids) {
      expectMatrix("table", table);
      expectIds(ids, table);
      expectFloats("out", out, ids.length * table.columns);
      embedWasm(machine, out, table, ids);
    },
    matmul(out, x, weight, rows, bias) {
      expectMatrix("weight", weight);
      expectFloats("x", x, rows * weight.columns);
      expectFloats("out", out, rows * weight.rows);
      if (bias !== undefined) expectFloats("bias", bias, weight.rows);
      matmulWasm(machine, out, x, weight, rows, bias);
    },
    rmsNorm(out, x, weight, rows, width, epsilon) {
      expectFloats("x", x, rows * width);
      expectFloats("out", out, rows * width);
      expectFloats("weight", weight, width);
      kernels.rmsNorm(address(out), address(x), address(weight), rows, width, epsilon);
    },
    layerNorm(out, x, call) {
      expectLayerNorm(out, x, call);
      const { weight, bias, rows, width, epsilon } = call;
      machine.setArguments([...[out, x, weight, bias].map(address), rows, width]);
      kernels.setNumber(0, epsilon);
      kernels.layerNorm(rows);
    },
    rotate(x, call) {
      expectRotate(x, call);
      rotate(x, call);
    },
    siluMultiply(gate, up, count) {
      expectFloats("gate", gate, count);
      expectFloats("up", up, count);
      kernels.siluMultiply(address(gate), address(up), count);
    },
    geluMultiply(gate, up, count) {
      expectFloats("gate", gate, count);
      expectFloats("up", up, count);
      kernels.geluMultiply(address(gate), address(up), count);
    },
    gelu(x, count) {
      expectFloats("x", x, count);
      kernels.gelu(address(x), count);
    },
    scale(x, factor, count) {
      expectFloats("x", x, count);
      kernels.scale(address(x), factor, count);
    },
    softCap(x, cap, count) {
      expectFloats("x", x, count);
      kernels.softCap(address(x), cap, count);
    },
    add(x, y, count) {
      expectFloats("x", x, count);
      expectFloats("y", y, count);
      kernels.add(address(x), address(y), count);
    },
    append(cache, x, call) {
      expectAppend(cache, x, call);
      const { rows, kvHeads, headDim, capacity, firstPosition } = call;
      kernels.append(address(cache), address(x), rows, kvHeads, headDim, capacity, firstPosition);
    },
    attention(call) {
      expectAttention(call);
      return attentionWasm(machine, call);
    },
    dispose: () => machine.dispose(),
  };
}

function describe({ threads, shortfall }: WasmMachine): string {
  const reason = shortfall === undefined ? "" : ` (${shortfall})`;
  return `WebAssembly SIMD, ${threads} ${threads === 1 ? "thread" : "threads"}${reason}`;
}
