import type { Contestant } from "../run/contestant.ts";
import type { Subject } from "../run/subject.ts";

/** Whether the kernels take a step of this context as full attention: as shipped, with too few keys for sifting to pay. */
export function runsDense(
  { data, byDefault }: Pick<Subject, "data" | "byDefault">,
  { kernel }: Contestant,
  contextLength: number,
): boolean {
  const keys = data.kernelCase.batch * contextLength;
  return kernel === "sifted-default" && keys < byDefault.attention.plan.denseBelow;
}
