import type { Gpu, GpuReport } from "@sift-attention/gpu";
import type { SubgroupSize } from "../variant.ts";
import { type LaneFinding, probeSubgroups } from "./subgroup-probe.ts";

const sizes: readonly SubgroupSize[] = [64, 32, 16, 8, 4];

/** Whether blocks of `size` consecutive invocations are blocks of consecutive lanes that can exchange. */
export function areConsecutive(findings: readonly LaneFinding[], size: number): boolean {
  const exchanges = size - 1; // one bit for each power of two below the size
  return findings.every(
    (finding, index) =>
      finding.size >= size &&
      finding.size % size === 0 &&
      finding.lane % size === index % size &&
      (finding.reached & exchanges) === exchanges,
  );
}

/**
 * The size that every kernel's subgroups have at least. Where a driver may choose another size for each kernel only the
 * least one holds for all. Metal names 4 as the least, but a SIMD group of Apple's GPUs has 32 lanes.
 */
function promisedSize({ vendor, subgroupMinSize, subgroupMaxSize }: GpuReport): number {
  return vendor === "apple" ? Math.min(32, subgroupMaxSize) : subgroupMinSize;
}

async function measure(gpu: Gpu): Promise<SubgroupSize> {
  if (!gpu.report.features.includes("subgroups")) return 0;
  const promised = promisedSize(gpu.report);
  const candidates = sizes.filter((size) => size <= promised);
  if (candidates.length === 0) return 0;
  const workgroups = await probeSubgroups(gpu);
  const isReliable = (size: number) => workgroups.every((found) => areConsecutive(found, size));
  return candidates.find(isReliable) ?? 0;
}

const measured = new WeakMap<GPUDevice, Promise<SubgroupSize>>();

/**
 * The greatest number of consecutive invocations that kernels may let exchange registers on this device: promised by the
 * device and confirmed by running a kernel, once per device. 0 when there are no subgroups, or they are not laid out so.
 */
export function reliableSubgroupSize(gpu: Gpu): Promise<SubgroupSize> {
  const known = measured.get(gpu.device);
  if (known) return known;
  const size = measure(gpu);
  measured.set(gpu.device, size);
  size.catch(() => measured.delete(gpu.device)); // a device that failed once is asked again
  return size;
}
