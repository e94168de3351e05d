import type { CpuMatrix, CpuRegion } from "./cpu-ops.ts";
import { formatNumbers } from "./matmul.wasm.ts";
import type { WasmMachine } from "./wasm/wasm-machine.ts";

/** out[r, :] = table[ids[r], :], unpacked to f32. */
export function embedWasm(
  machine: WasmMachine,
  out: CpuRegion,
  table: CpuMatrix,
  ids: ArrayLike<number>,
): void {
  const staged = machine.reserve("ids", 4 * ids.length);
  new Uint32Array(machine.heap.buffer(), staged, ids.length).set(ids);
  machine.kernels.embed(
    machine.addressOf(out),
    machine.addressOf(table.region),
    formatNumbers[table.format],
    table.columns,
    staged,
    ids.length,
  );
}
