import { DEFAULT_SETTINGS } from "../run/kernel-settings.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { KernelRow } from "./kernel-row.ts";
import { KERNELS_PROTOCOL } from "./kernels-protocol.ts";
import type { PeerRow } from "./peer-run.ts";

/** A row as measured in 100 µs, with what matters to a test in its place. */
export function rowOf(fields: Partial<KernelRow> & Pick<KernelRow, "kernel">): KernelRow {
  return {
    shape: "llama-3.1-8b",
    batch: 1,
    context: 131072,
    keptUnion: 1,
    medianUs: 100,
    p10Us: 99,
    p90Us: 103,
    bytes: 1e8,
    floorUs: 80,
    samples: 21,
    stepsPerSample: 8,
    bufferSets: 2,
    relativeError: 1e-6,
    ...fields,
  };
}

export function peerOf(fields: Partial<PeerRow> & Pick<PeerRow, "kernel">): PeerRow {
  const { shape, batch, context, keptUnion, medianUs, p10Us, p90Us, bytes } = rowOf({
    kernel: "full",
  });
  return { shape, batch, context, keptUnion, medianUs, p10Us, p90Us, bytes, ...fields };
}

/** A record of some rows on an imagined GPU. */
export function recordOf(
  rows: readonly KernelRow[],
  contestants: readonly PeerRow[] = [],
): KernelRecord {
  return {
    adapter: {
      vendor: "acme",
      architecture: "roadrunner",
      device: "",
      description: "ACME R1",
      isSoftware: false,
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      maxStorageBufferBindingSize: 2 ** 31 - 4,
      features: ["subgroups"],
    },
    settings: DEFAULT_SETTINGS,
    protocol: KERNELS_PROTOCOL,
    tunings: {},
    rows,
    failures: [],
    leftOut: [],
    contestants,
    contestantRuns: [],
  };
}
