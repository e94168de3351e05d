import { toShare } from "../../sampling/mass-share.ts";
import type { GpuDraw } from "./gpu-sampler.ts";
import { slotRulesWords } from "./slot-rules.ts";

/** Words of `Plan` in rules.wgsl before its draws. */
export const planHeadWords = 4;

const headWords = 4;

/** Words of `Draw` in rules.wgsl. */
export const drawWords: number = headWords + slotRulesWords;

/** Draws as the structs of rules.wgsl, from the start of `words` on: [draws, drawWords]. `rules` by slot. */
export function packDraws(
  draws: readonly GpuDraw[],
  rules: readonly Uint32Array[],
  words: Uint32Array<ArrayBuffer>,
): void {
  draws.forEach(({ row, slot, uniform }, index) => {
    const share = toShare(uniform);
    const first = index * drawWords;
    words[first] = row;
    words[first + 1] = slot;
    words[first + 2] = Number(share & 0xffffffffn);
    words[first + 3] = Number(share >> 32n);
    words.set(rules[slot]!, first + headWords);
  });
}
