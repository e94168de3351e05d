import { z } from "zod";
import type { KernelRecord } from "../src/kernels/report/kernel-record.ts";

const count = z.number().int().positive();
const share = z.number().positive().max(1);
const time = z.number().positive();

/** A row as programs that read the file rely on it: these names for good, others may follow. */
const measured = z.looseObject({
  shape: z.string(),
  batch: count,
  context: count,
  kernel: z.string(),
  keptUnion: share,
  medianUs: time,
  p10Us: time,
  p90Us: time,
  bytes: count,
});

const row = measured.extend({
  floorUs: time,
  samples: count,
  stepsPerSample: count,
  bufferSets: count,
  relativeError: z.number().min(0).nullable(),
});

const place = { shape: z.string(), batch: count, context: count };

const kernelFile = z.looseObject({
  adapter: z.looseObject({ description: z.string(), isSoftware: z.boolean() }),
  settings: z.looseObject({ fractions: z.array(share) }),
  protocol: z.array(z.string()),
  tunings: z.record(z.string(), z.unknown()),
  rows: z.array(row),
  failures: z.array(z.looseObject({ ...place, kernel: z.string(), error: z.string() })),
  leftOut: z.array(z.looseObject({ ...place, reason: z.string(), isError: z.boolean() })),
  contestants: z.array(measured),
  contestantRuns: z.array(z.unknown()),
});

/** @throws ZodError that says which field is not as promised. */
export function parseKernelFile(text: string): KernelRecord {
  const value: unknown = JSON.parse(text);
  kernelFile.parse(value);
  return value as KernelRecord;
}
