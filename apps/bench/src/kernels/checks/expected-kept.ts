import { keptCount } from "../data/planted-bands.ts";
import type { Contestant } from "../run/contestant.ts";
import type { Subject } from "../run/subject.ts";
import { runsDense } from "./runs-dense.ts";

/** Keys that each head keeps of the whole context. */
export function expectedKept(subject: Subject, contestant: Contestant): number {
  const { context } = subject.data.kernelCase;
  if (runsDense(subject, contestant, context)) return context;
  return keptCount(contestant.fraction, context);
}
