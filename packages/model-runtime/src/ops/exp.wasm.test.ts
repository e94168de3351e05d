import { float32Ulp } from "@sift-attention/reference-attention";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWasmMachine, type WasmMachine } from "./wasm/wasm-machine.ts";

describe("exp in WebAssembly", () => {
  let machine: WasmMachine;
  beforeAll(async () => {
    machine = await startWasmMachine(1);
  });
  afterAll(() => machine.dispose());

  function exponentials(numbers: Float32Array, isBelowZero: boolean = false): Float32Array {
    const [x, out] = [
      machine.heap.allocate(numbers.byteLength),
      machine.heap.allocate(numbers.byteLength),
    ];
    x.floats().set(numbers);
    const { kernels } = machine;
    kernels.exponentials(out.address, x.address, numbers.length, isBelowZero ? 1 : 0);
    const result = out.floats().slice();
    x.free();
    out.free();
    return result;
  }

  /** Largest error in ulp of the right result, between the float32 neighbours of `from` and `to` in equal steps. */
  function worstUlps(from: number, to: number, count: number, isBelowZero?: boolean): number {
    const numbers = Float32Array.from(
      { length: count },
      (_, i) => from + ((to - from) * i) / count,
    );
    const result = exponentials(numbers, isBelowZero);
    let worst = 0;
    for (let i = 0; i < count; i++) {
      const right = Math.exp(numbers[i]!);
      worst = Math.max(worst, Math.abs(result[i]! - right) / float32Ulp(right));
    }
    return worst;
  }

  test("is within 2 ulp over the whole range, subnormal results included", () => {
    expect(worstUlps(-87.3, 88.7, 1_000_000)).toBeLessThanOrEqual(2);
    expect(worstUlps(-103.9, -87.3, 200_000)).toBeLessThanOrEqual(2);
    expect(worstUlps(-1, 1, 1_000_000)).toBeLessThanOrEqual(2);
  });

  test("softmax's is within 2 ulp wherever the result is a normal number, and 0 below", () => {
    expect(worstUlps(-87.336, 0, 1_000_000, true)).toBeLessThanOrEqual(2);
    expect(worstUlps(-1, 0, 1_000_000, true)).toBeLessThanOrEqual(2);
    const ends = Float32Array.of(-87.34, -1e30, -Infinity, Number.NaN, 0, -0, 2 ** -149, -1);
    const expected = [0, 0, 0, Number.NaN, 1, 1, 1, expect.closeTo(Math.exp(-1), 7)];
    expect([...exponentials(ends, true)]).toEqual(expected);
  });

  test("a constant of ln 2 that is off by 1e-7 would show", () => {
    const x = 80;
    const right = Math.exp(x);
    const n = Math.round(x / Math.LN2);
    const wrong = Math.fround(right * Math.exp(n * 1e-7));
    expect(Math.abs(wrong - right) / float32Ulp(right)).toBeGreaterThan(2);
  });

  test("is 0 far below, Infinity far above and NaN for NaN", () => {
    const ends = Float32Array.of(-104.5, -1e30, -Infinity, 89, 1e30, Infinity, Number.NaN, 0);
    expect([...exponentials(ends)]).toEqual([0, 0, 0, Infinity, Infinity, Infinity, Number.NaN, 1]);
  });
});
