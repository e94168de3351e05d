import { findMethod, type Method } from "../methods/methods.ts";
import type { QualitySettings } from "./quality-settings.ts";

/** A method at a τ. */
export interface Variant {
  readonly method: Method;
  /** 0 for a method without one. */
  readonly quantile: number;
}

/** Each method at each τ, in the order asked for; full attention always leads. @throws BenchError for an unknown name. */
export function variants({ methods, quantiles }: QualitySettings): Variant[] {
  const names = new Set(["full", ...methods]);
  return [...names]
    .map(findMethod)
    .flatMap((method) =>
      (method.usesQuantile ? quantiles : [0]).map((quantile) => ({ method, quantile })),
    );
}
