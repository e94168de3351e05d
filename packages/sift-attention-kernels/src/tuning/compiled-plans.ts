import type { Gpu } from "@sift-attention/gpu";
import { compileAttention } from "../compile-attention.ts";
import type { DeviceSiftAttention } from "../device-sift-attention.ts";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { planAttention } from "../plan/plan-attention.ts";
import { planRoutes, type RouteName } from "../plan/plan-routes.ts";
import type { ResolvedOptions } from "../resolve-options.ts";
import type { Tuning, TuningEntries } from "./tuning.ts";

/** Two at a time are compared; more would keep their workspaces. */
const mostKept = 2;

/** Compiles a route under different knobs, and keeps the last two. */
export class CompiledPlans implements Disposable {
  readonly #gpu: Gpu;
  readonly #options: ResolvedOptions;
  readonly #base: Tuning;
  readonly #limits: PlanLimits;
  readonly #kept = new Map<string, DeviceSiftAttention>();

  constructor(
    gpu: Gpu,
    options: ResolvedOptions,
    { base, limits }: { readonly base: Tuning; readonly limits: PlanLimits },
  ) {
    this.#gpu = gpu;
    this.#options = options;
    this.#base = base;
    this.#limits = limits;
  }

  async get(route: RouteName, entries: TuningEntries): Promise<DeviceSiftAttention> {
    const key = `${route} ${JSON.stringify(entries)}`;
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key); // to stand last again
      this.#kept.set(key, known);
      return known;
    }
    const attention = await this.#compile(route, entries);
    this.#dropOldest();
    this.#kept.set(key, attention);
    return attention;
  }

  dispose(): void {
    for (const attention of this.#kept.values()) attention.dispose();
    this.#kept.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #compile(route: RouteName, entries: TuningEntries): Promise<DeviceSiftAttention> {
    const tuning = { ...this.#base, entries };
    const { variant } = this.#base;
    const setting = { tuning, limits: this.#limits, denseBelow: 0 };
    const plan = planAttention(this.#options, variant, setting);
    const routes = { [route]: planRoutes(plan)[route]! };
    return await compileAttention(this.#gpu, plan, { tuning, routes });
  }

  #dropOldest(): void {
    if (this.#kept.size < mostKept) return;
    const [oldest] = this.#kept.entries();
    this.#kept.delete(oldest![0]);
    oldest![1].dispose();
  }
}
