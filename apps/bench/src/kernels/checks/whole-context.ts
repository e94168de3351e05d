import type { Gpu } from "@sift-attention/gpu";
import type { Contestant } from "../run/contestant.ts";
import type { Subject } from "../run/subject.ts";
import { expectClose, relativeBound } from "./expect-close.ts";
import { expectKept } from "./expect-kept.ts";
import { expectedKept } from "./expected-kept.ts";
import { runStep, type StepResult } from "./step-result.ts";

/** Steps over all keys, whose outputs are kept for the comparison among kernels. */
export class WholeContext {
  readonly #gpu: Gpu;
  readonly #subject: Subject;
  readonly #outputs = new Map<string, { readonly name: string; readonly output: Float32Array }>();

  constructor(gpu: Gpu, subject: Subject) {
    this.#gpu = gpu;
    this.#subject = subject;
  }

  /** @returns the largest relative difference from a kernel that keeps the same keys, 0 for the first one. */
  async check(contestant: Contestant): Promise<number> {
    const lastSet = this.#subject.data.sets.length - 1;
    const errors: number[] = [];
    for (const set of new Set([0, lastSet])) {
      errors.push(this.#compare(contestant, await this.#run(contestant, set)));
    }
    return Math.max(...errors);
  }

  async #run(contestant: Contestant, set: number): Promise<StepResult> {
    const result = await runStep(this.#gpu, this.#subject, contestant, set);
    expectKept(result.statistics, expectedKept(this.#subject, contestant));
    return result;
  }

  #compare(contestant: Contestant, { output }: StepResult): number {
    const key = String(expectedKept(this.#subject, contestant));
    const other = this.#outputs.get(key);
    if (!other) {
      this.#outputs.set(key, { name: contestant.kernel, output });
      return 0;
    }
    const bound = 2 * relativeBound;
    return expectClose(output, other.output, { bound, against: other.name });
  }
}
