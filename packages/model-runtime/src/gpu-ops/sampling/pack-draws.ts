import { toShare } from "../../sampling/mass-share.ts";
import type { GpuDraw } from "./gpu-sampler.ts";

/** Words of `Draw` in rules.wgsl. */
export const drawWords = 4;

/** Draws as the structs of rules.wgsl, from the start of `words` on: [draws, 4]. */
export function packDraws(draws: readonly GpuDraw[], words: Uint32Array<ArrayBuffer>): void {
  draws.forEach(({ row, slot, uniform }, index) => {
    const share = toShare(uniform);
    words[index * drawWords] = row;
    words[index * drawWords + 1] = slot;
    words[index * drawWords + 2] = Number(share & 0xffffffffn);
    words[index * drawWords + 3] = Number(share >> 32n);
  });
}
