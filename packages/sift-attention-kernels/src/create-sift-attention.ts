import type { Gpu } from "@sift-attention/gpu";
import { compileAttention } from "./compile-attention.ts";
import { chooseVariant } from "./device/choose-variant.ts";
import { planAttention, planLimits } from "./plan/plan-attention.ts";
import { planRoutes } from "./plan/plan-routes.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { SiftAttention } from "./sift-attention.ts";
import type { SiftAttentionOptions } from "./sift-attention-options.ts";
import { toSiftError } from "./to-sift-error.ts";
import { defaultTuning } from "./tuning/default-tuning.ts";
import { expectTuning } from "./tuning/expect-tuning.ts";

async function create(gpu: Gpu, options: SiftAttentionOptions): Promise<SiftAttention> {
  gpu.expectUsable("createSiftAttention");
  const resolved = resolveOptions(options, gpu.report.limits);
  const limits = planLimits(gpu.report.limits);
  const { geometry, kvType } = resolved;
  const variant = await chooseVariant(gpu, kvType, options.variant);
  const subject = { geometry, kvType, variant };
  if (options.tuning) expectTuning(gpu.report, subject, options.tuning, limits);
  const tuning = options.tuning ?? defaultTuning(gpu.report, subject, limits);
  const plan = planAttention(resolved, variant, { tuning, limits, denseBelow: options.denseBelow });
  return await compileAttention(gpu, plan, { tuning, routes: planRoutes(plan) });
}

/**
 * Compiles decode attention of one shape for a device, and waits until the device has its workspace.
 * @throws SiftError "invalid-option" for options that cannot be, "over-limit" for sizes that the device cannot hold,
 * "missing-feature" for a variant that it lacks, "disposed" or "device-lost"; GpuError when the compiler or the device
 * refuses a kernel, and what earlier calls left for `gpu.settled()` to throw.
 */
export async function createSiftAttention(
  gpu: Gpu,
  options: SiftAttentionOptions,
): Promise<SiftAttention> {
  try {
    return await create(gpu, options);
  } catch (error) {
    throw toSiftError(error);
  }
}
