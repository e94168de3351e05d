import { ModelError } from "../../model-error.ts";
import { expectNumber } from "../../sampling/expect-number.ts";
import type { GpuDraw, GpuSamplerOptions } from "./gpu-sampler.ts";

/** @throws ModelError "bad-option" for an index that is not below `end`. */
export function expectIndex(name: string, value: number, end: number): void {
  expectNumber(`sampling: ${name}`, value, { min: 0, max: end - 1, integer: true });
}

/** @throws ModelError "bad-option" for too few or too many draws, a slot twice, or what is outside its range. */
export function expectDraws(
  draws: readonly GpuDraw[],
  { slots, maxRows }: GpuSamplerOptions,
): void {
  expectNumber("sampling: draws", draws.length, { min: 1, max: maxRows, integer: true });
  draws.forEach(({ row, slot, uniform }, index) => {
    expectIndex("row", row, maxRows);
    expectIndex("slot", slot, slots);
    expectNumber("sampling: uniform", uniform, { min: 0, below: 1 });
    for (let other = 0; other < index; other++) {
      if (draws[other]!.slot !== slot) continue;
      throw new ModelError("bad-option", `sampling: expected distinct slots, got ${slot} twice`);
    }
  });
}
