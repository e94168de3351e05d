import { keptCount } from "../data/planted-bands.ts";
import type { Contestant } from "../run/contestant.ts";
import type { Subject } from "../run/subject.ts";

/** Keys that each head keeps of the whole context. */
export function expectedKept(
  { data, byDefault }: Subject,
  { kernel, fraction }: Contestant,
): number {
  const { context } = data.kernelCase;
  const isDense = kernel === "sifted-default" && context < byDefault.attention.plan.denseBelow;
  return isDense ? context : keptCount(fraction, context);
}
