import { type Gpu, wrapGpu } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { create } from "webgpu";
import {
  defaultPlan,
  largeDevice,
  leastDevice,
  type PlannedDevice,
} from "../testing/default-plan.ts";
import type { SubgroupSize } from "../variant.ts";
import type { AttentionPlan } from "./attention-plan.ts";
import { kernelsOf, planRoutes } from "./plan-routes.ts";
import type { PlannedKernel } from "./planned-kernel.ts";

const useful = ["subgroups", "shader-f16"] as const;
const dawn = create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);

/** A device of the guaranteed limits that executes nothing: it refuses what the least real one refuses. */
async function openLeast(): Promise<Gpu> {
  const adapter = await dawn.requestAdapter();
  const requiredFeatures = [...useful] as GPUFeatureName[];
  return wrapGpu(await adapter!.requestDevice({ requiredFeatures }));
}

const gpu = await openLeast();
afterAll(() => gpu.device.destroy());

const shapes = [
  [1, 32, "none"],
  [12, 72, "renormalise"],
  [4, 128, "mean-value"],
  [8, 256, "none"],
] as const;
const stores = [
  ["f32", false, "sampled"],
  ["f16", false, "exact"],
  ["f16", true, "exact"],
  ["i8", false, "exact"],
] as const;

/** Every shape and store on a device in one of its variants. */
function plansOf(device: PlannedDevice, subgroupSize: SubgroupSize): AttentionPlan[] {
  return shapes.flatMap(([group, headDim, droppedMass]) =>
    stores.map(([kvType, nativeF16, normaliser]) => {
      const geometry = { queryHeads: 2 * group, kvHeads: 2, headDim };
      const options = { geometry, kvType, slots: 2, capacity: 4096, droppedMass, normaliser };
      return defaultPlan(device, options, { subgroupSize, nativeF16 });
    }),
  );
}

/** Every kernel of every shape and store, texts that are equal once. */
function kernelsOn(device: PlannedDevice, subgroupSize: SubgroupSize): PlannedKernel[] {
  const byText = new Map<string, PlannedKernel>();
  for (const plan of plansOf(device, subgroupSize)) {
    for (const kernel of kernelsOf(planRoutes(plan))) byText.set(kernel.assemble().code, kernel);
  }
  return [...byText.values()];
}

describe("planRoutes", () => {
  test.each([0, 4, 32] as const)(
    "with subgroups of %i has kernels that the least device takes",
    async (subgroupSize) => {
      const kernels = kernelsOn(leastDevice, subgroupSize);
      expect(kernels.length).toBeGreaterThan(40);
      for (const kernel of kernels) expect((await kernel.compile(gpu)).name).toBe(kernel.name);
    },
  );

  test.each([8, 32] as const)(
    "with subgroups of %i has kernels for large devices that the compiler takes",
    async (subgroupSize) => {
      const kernels = kernelsOn(largeDevice, subgroupSize);
      expect(kernels.length).toBeGreaterThan(40);
      for (const kernel of kernels) {
        const messages = await kernel.validate(gpu);
        expect(messages.filter(({ type }) => type === "error")).toEqual([]);
      }
    },
  );
});
