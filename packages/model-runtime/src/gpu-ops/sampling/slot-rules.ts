import { float32Rules } from "../../sampling/float32-rules.ts";
import { truncatesNothing } from "../../sampling/likely-tokens.ts";
import { nucleusShare } from "../../sampling/mass-share.ts";
import type { SamplingRules } from "../../sampling/sampling-rules.ts";
import { exponentEnd, exponentScale, fullWeight, weightOf } from "../../sampling/token-weight.ts";

/** Words of `SlotRules` in rules.wgsl. */
export const slotRulesWords = 12;

/** What rules ask for: `HAS_BIAS`, `HAS_PENALTY`, `SAMPLES` and `TRUNCATES` of rules.wgsl. */
export interface RuleFlags {
  readonly hasBias: boolean;
  readonly hasPenalty: boolean;
  readonly samples: boolean;
  readonly truncates: boolean;
}

/** Which parts of the work the rules need. */
export function ruleFlags(rules: SamplingRules): RuleFlags {
  const samples = rules.temperature > 0;
  return {
    hasBias: rules.logitBias.size > 0,
    hasPenalty:
      rules.repetitionPenalty !== 1 || rules.presencePenalty !== 0 || rules.frequencyPenalty !== 0,
    samples,
    truncates: samples && !truncatesNothing(rules),
  };
}

/** The rules as the struct of rules.wgsl: [slotRulesWords]. */
export function packSlotRules(rules: SamplingRules): Uint32Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * slotRulesWords));
  const { hasBias, hasPenalty, samples, truncates } = ruleFlags(rules);
  const { penalty, relief, presence, frequency } = float32Rules(rules);
  const flags = [hasBias, hasPenalty, samples, truncates];
  view.setUint32(
    0,
    flags.reduce((bits, flag, place) => bits | (Number(flag) << place), 0),
    true,
  );
  const scale = samples ? exponentScale(rules.temperature) : 0;
  for (const [place, value] of [penalty, relief, presence, frequency, scale].entries()) {
    view.setFloat32(8 + 4 * place, value, true);
  }
  view.setUint32(28, Math.min(rules.topK, 0xffffffff), true);
  view.setBigUint64(32, rules.topP < 1 ? nucleusShare(rules.topP) : 2n ** 64n - 1n, true);
  view.setUint32(40, lastExponent(rules.minP), true);
  return new Uint32Array(view.buffer);
}

/** The greatest exponent whose weight is at least this fraction of the greatest weight. */
function lastExponent(minP: number): number {
  let least = 0;
  let greatest = exponentEnd - 1;
  while (least < greatest) {
    const middle = Math.ceil((least + greatest) / 2);
    if (weightOf(middle) >= minP * fullWeight) least = middle;
    else greatest = middle - 1;
  }
  return least;
}
