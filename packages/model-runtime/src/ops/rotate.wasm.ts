import type { CpuRegion } from "./cpu-ops.ts";
import type { RotateCall } from "./rotate.plain.ts";
import type { WasmMachine } from "./wasm/wasm-machine.ts";

/** Rotates rows in place; remembers the last table of angles, which queries, keys and layers share. */
export function createRotateWasm(machine: WasmMachine): (x: CpuRegion, call: RotateCall) => void {
  let firstPosition = -1;
  let rows = 0;
  let frequencies = new Float64Array(0);
  let cosines = 0;
  let sines = 0;

  function holds(call: RotateCall): boolean {
    return (
      call.firstPosition === firstPosition &&
      call.rows === rows &&
      call.frequencies.length === frequencies.length &&
      call.frequencies.every((frequency, i) => frequency === frequencies[i])
    );
  }

  function makeTable(call: RotateCall): void {
    const count = call.rows * call.frequencies.length;
    // Until the new table is there, none is: room for it may not be had.
    firstPosition = -1;
    cosines = machine.reserve("cosines", 4 * count);
    sines = machine.reserve("sines", 4 * count);
    ({ firstPosition, rows } = call);
    frequencies = call.frequencies.slice();
    const buffer = machine.heap.buffer();
    const cosineTable = new Float32Array(buffer, cosines, count);
    const sineTable = new Float32Array(buffer, sines, count);
    for (let i = 0; i < count; i++) {
      const row = Math.floor(i / frequencies.length);
      const angle = (firstPosition + row) * frequencies[i % frequencies.length]!;
      cosineTable[i] = Math.cos(angle);
      sineTable[i] = Math.sin(angle);
    }
  }

  return (x, call) => {
    if (!holds(call)) makeTable(call);
    const layout = call.layout === "half" ? 0 : 1;
    const pairs = frequencies.length;
    const { heads, headDim } = call;
    const address = machine.addressOf(x);
    machine.setArguments([address, cosines, sines, rows, heads, headDim, pairs, layout]);
    machine.kernels.rotate(rows);
  };
}
