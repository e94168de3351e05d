import type { Gpu, GpuBuffer, Kernel } from "@sift-attention/gpu";
import { DeviceSiftAttention } from "./device-sift-attention.ts";
import type { AttentionPlan } from "./plan/attention-plan.ts";
import { kernelsOf, type Routes } from "./plan/plan-routes.ts";
import type { PlannedKernel } from "./plan/planned-kernel.ts";
import { type WorkspaceName, workspaceShapes } from "./plan/workspace.ts";
import type { Tuning } from "./tuning/tuning.ts";

async function compileAll(
  gpu: Gpu,
  planned: readonly PlannedKernel[],
): Promise<ReadonlyMap<PlannedKernel, Kernel>> {
  return new Map(
    await Promise.all(planned.map(async (kernel) => [kernel, await kernel.compile(gpu)] as const)),
  );
}

/** The buffers that the kernels pass numbers on in, once the device has room for them; what no kernel binds is not made. */
async function createWorkspace(
  gpu: Gpu,
  plan: AttentionPlan,
  planned: readonly PlannedKernel[],
): Promise<ReadonlyMap<WorkspaceName, GpuBuffer>> {
  const bound = new Set<string>(planned.flatMap(({ bindings }) => bindings));
  const shapes = Object.entries(workspaceShapes(plan)) as [WorkspaceName, readonly number[]][];
  const workspace = new Map<WorkspaceName, GpuBuffer>();
  try {
    for (const [label, shape] of shapes) {
      if (!bound.has(label)) continue;
      workspace.set(label, gpu.createBuffer({ label, dtype: "f32", shape, usage: "storage" }));
    }
    await gpu.settled(); // memory that ran out is told late
    return workspace;
  } catch (error) {
    for (const buffer of workspace.values()) buffer.dispose();
    throw error;
  }
}

/** Compiles the kernels of some of a plan's routes and makes their workspace. */
export async function compileAttention(
  gpu: Gpu,
  plan: AttentionPlan,
  { tuning, routes }: { readonly tuning: Tuning; readonly routes: Routes },
): Promise<DeviceSiftAttention> {
  const planned = kernelsOf(routes);
  const kernels = await compileAll(gpu, planned);
  const workspace = await createWorkspace(gpu, plan, planned);
  return new DeviceSiftAttention({ gpu, plan, tuning, routes, kernels, workspace });
}
