import type { Gpu } from "@sift-attention/gpu";
import { format } from "../expect-number.ts";
import type { KvType } from "../sift-attention-options.ts";
import { SiftError } from "../sift-error.ts";
import type { SubgroupSize, Variant, VariantOptions } from "../variant.ts";
import { reliableSubgroupSize } from "./reliable-subgroup-size.ts";

const subgroupSizes: readonly SubgroupSize[] = [0, 4, 8, 16, 32, 64];

function expectVariant(variant: VariantOptions): void {
  const { subgroupSize = 0, nativeF16 = false } = variant;
  for (const [name, value, known] of [
    ["subgroupSize", subgroupSize, subgroupSizes],
    ["nativeF16", nativeF16, [true, false]],
  ] as const) {
    if ((known as readonly unknown[]).includes(value)) continue;
    throw new SiftError(
      "invalid-option",
      `variant: ${name}: expected ${known.join(" or ")}, got ${format(value)}`,
    );
  }
}

function expectKvF16(name: string, kvType: KvType): void {
  if (kvType === "f16") return;
  throw new SiftError(
    "invalid-option",
    `variant: ${name}: expected kvType "f16", got "${kvType}"; leave ${name} out`,
  );
}

function expectFeature(gpu: Gpu, name: string, feature: string): void {
  if (gpu.report.features.includes(feature)) return;
  throw new SiftError(
    "missing-feature",
    `variant: ${name}: expected a device with ${feature}, got ${gpu.report.description || "one"} without; leave ${name} out`,
  );
}

function expectReliable(asked: SubgroupSize, offered: SubgroupSize): void {
  if (asked <= offered) return;
  throw new SiftError(
    "missing-feature",
    `variant: subgroupSize: expected at most ${offered}, what this device is known to give every kernel, got ${asked}; leave subgroupSize out`,
  );
}

async function chooseSubgroupSize(gpu: Gpu, asked?: SubgroupSize): Promise<SubgroupSize> {
  if (asked === 0) return 0;
  if (asked) expectFeature(gpu, "subgroupSize", "subgroups");
  const reliable = await reliableSubgroupSize(gpu);
  expectReliable(asked ?? 0, reliable);
  return asked ?? reliable;
}

/**
 * The variant that the kernels are compiled in: what the caller asks for, and of the rest what the device is known to do.
 * @throws SiftError "invalid-option" for values outside the type, "missing-feature" when the device lacks what is asked.
 */
export async function chooseVariant(
  gpu: Gpu,
  kvType: KvType,
  asked: VariantOptions = {},
): Promise<Variant> {
  expectVariant(asked);
  const { nativeF16 = false } = asked;
  if (nativeF16) expectKvF16("nativeF16", kvType);
  if (nativeF16) expectFeature(gpu, "nativeF16", "shader-f16");
  const subgroupSize = await chooseSubgroupSize(gpu, asked.subgroupSize);
  return { subgroupSize, nativeF16 };
}
