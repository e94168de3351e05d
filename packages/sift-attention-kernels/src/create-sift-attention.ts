import type { Gpu, GpuBuffer, Kernel } from "@sift-attention/gpu";
import { chooseVariant } from "./device/choose-variant.ts";
import { DeviceSiftAttention } from "./device-sift-attention.ts";
import type { AttentionPlan } from "./plan/attention-plan.ts";
import { planAttention, planLimits } from "./plan/plan-attention.ts";
import { kernelsOf, planRoutes } from "./plan/plan-routes.ts";
import type { PlannedKernel } from "./plan/planned-kernel.ts";
import { type WorkspaceName, workspaceShapes } from "./plan/workspace.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { SiftAttention } from "./sift-attention.ts";
import type { SiftAttentionOptions } from "./sift-attention-options.ts";
import { toSiftError } from "./to-sift-error.ts";
import { defaultTuning } from "./tuning/default-tuning.ts";
import { expectTuning } from "./tuning/expect-tuning.ts";

async function compileAll(
  gpu: Gpu,
  planned: readonly PlannedKernel[],
): Promise<ReadonlyMap<PlannedKernel, Kernel>> {
  return new Map(
    await Promise.all(planned.map(async (kernel) => [kernel, await kernel.compile(gpu)] as const)),
  );
}

/** The buffers that the kernels pass numbers on in; what no kernel binds is not made. */
function createWorkspace(
  gpu: Gpu,
  plan: AttentionPlan,
  planned: readonly PlannedKernel[],
): ReadonlyMap<WorkspaceName, GpuBuffer> {
  const bound = new Set<string>(planned.flatMap(({ bindings }) => bindings));
  const shapes = Object.entries(workspaceShapes(plan)) as [WorkspaceName, readonly number[]][];
  const workspace = new Map<WorkspaceName, GpuBuffer>();
  try {
    for (const [label, shape] of shapes) {
      if (!bound.has(label)) continue;
      workspace.set(label, gpu.createBuffer({ label, dtype: "f32", shape, usage: "storage" }));
    }
    return workspace;
  } catch (error) {
    for (const buffer of workspace.values()) buffer.dispose();
    throw error;
  }
}

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
  const routes = planRoutes(plan);
  const planned = kernelsOf(routes);
  const kernels = await compileAll(gpu, planned);
  const workspace = createWorkspace(gpu, plan, planned);
  return new DeviceSiftAttention({ gpu, plan, tuning, routes, kernels, workspace });
}

/**
 * Compiles decode attention of one shape for a device.
 * @throws SiftError "invalid-option" for options that cannot be, "over-limit" for sizes that the device cannot hold,
 * "missing-feature" for a variant that it lacks, "disposed" or "device-lost".
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
