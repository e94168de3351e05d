import type { Gpu } from "@sift-attention/gpu";
import { bindLinear, type LinearStage } from "./bind-linear.ts";
import { compileLinear } from "./compile-linear.ts";
import type { LinearKernel } from "./linear-kernel.ts";
import { type LinearShape, resolveLinear } from "./linear-shape.ts";
import { chooseLinearVariant } from "./linear-variant.ts";
import { planPart } from "./plan-part.ts";

/**
 * Compiles out[r, j] = f(Σ_i norm(x[r])[i] · weight[j, i] + bias[j]) for 1 to maxRows rows. Equal shapes on one device
 * share their pipelines.
 * @throws ModelError "bad-option" for a shape that cannot be, GpuError when the device refuses a kernel.
 */
export async function createLinear(gpu: Gpu, shape: LinearShape): Promise<LinearKernel> {
  const linear = resolveLinear(shape);
  const variant = await chooseLinearVariant(gpu);
  const parts = await Promise.all(
    shape.weight.parts.map((part) =>
      Promise.all(
        planPart(linear, part, variant).map(async (planned): Promise<LinearStage> => {
          return { ...planned, kernel: await compileLinear(gpu, planned) };
        }),
      ),
    ),
  );
  return { shape, bind: (buffers) => bindLinear(linear, parts, buffers) };
}
