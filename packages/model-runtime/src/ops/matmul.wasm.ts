import type { TensorFormat } from "../weights/tensor-format.ts";
import type { CpuMatrix, CpuRegion } from "./cpu-ops.ts";
import type { WasmMachine } from "./wasm/wasm-machine.ts";

/** The numbers that assembly/unpack.mts gives the formats. */
export const formatNumbers: Readonly<Record<TensorFormat, number>> = {
  f32: 0,
  f16: 1,
  bf16: 2,
  q8_0: 3,
  q4_0: 4,
  q4_1: 5,
  q5_0: 6,
  q4_k: 7,
  q6_k: 8,
};

/** Products of one ticket for a single row: some microseconds. */
const SINGLE_ROW_PRODUCTS = 65_536;
/** Unpacked weights of one ticket for several rows: a good part of the first cache. */
const UNPACKED_FLOATS = 8_192;
/** Tickets a thread should have to choose from, so that all end at about the same time. */
const TICKETS_PER_THREAD = 4;

/**
 * out = x · weightᵀ (+ bias) in f32. A row's result does not depend on the other rows, on their number or on the number
 * of threads, bit for bit.
 */
export function matmulWasm(
  machine: WasmMachine,
  out: CpuRegion,
  x: CpuRegion,
  weight: CpuMatrix,
  rows: number,
  bias: CpuRegion | undefined,
): void {
  if (rows === 0 || weight.rows === 0) return;
  const { columns } = weight;
  const span = outputsPerTicket(machine.threads, weight, rows);
  machine.reserveScratch(4 * (columns + 4) * span);
  machine.setArguments([
    machine.addressOf(out),
    machine.addressOf(x),
    machine.addressOf(weight.region),
    bias === undefined ? 0 : machine.addressOf(bias),
    formatNumbers[weight.format],
    rows,
    columns,
  ]);
  machine.kernels.matmul(weight.rows, span);
}

/** A multiple of four: kernels take four weight rows at a time. */
function outputsPerTicket(threads: number, weight: CpuMatrix, rows: number): number {
  const wanted = (rows === 1 ? SINGLE_ROW_PRODUCTS : UNPACKED_FLOATS) / weight.columns;
  const fair = weight.rows / (threads * TICKETS_PER_THREAD);
  return 4 * Math.max(1, Math.floor(Math.min(wanted, Math.max(fair, 4)) / 4));
}
