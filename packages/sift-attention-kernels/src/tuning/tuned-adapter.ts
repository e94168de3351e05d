import type { GpuReport } from "@sift-attention/gpu";
import type { TunedAdapter } from "./tuning.ts";

/** What tells one device from another in a tuning. */
export function adapterOf(report: GpuReport): TunedAdapter {
  const { vendor, architecture, device, description } = report;
  return { vendor, architecture, device, description };
}
