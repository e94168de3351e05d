import { createKernel, type Gpu, type GpuBuffer } from "@sift-attention/gpu";
import type { CaseData } from "../data/case-data.ts";
import type { Contestant } from "../run/contestant.ts";
import type { KernelName } from "../run/kernel-name.ts";
import { plainRead } from "./plain-read.ts";
import { launchName, type ReadLaunch, readLaunches } from "./read-launch.ts";

/** Plain reads in every launch, and the buffer that they share. */
export interface ReadContestants {
  readonly contestants: readonly Contestant[];
  dispose(): void;
}

const KERNELS: readonly KernelName[] = ["read-keys", "read-keys-values"];

/** Reads of the keys, and of keys and values, over the buffer sets of a case. */
export async function createReadContestants(gpu: Gpu, data: CaseData): Promise<ReadContestants> {
  const fold = gpu.createBuffer({ label: "fold", dtype: "u32", shape: [2], usage: "storage" });
  const launches = readLaunches(gpu.report.isSoftware);
  const contestants = await Promise.all(
    KERNELS.flatMap((kernel) =>
      launches.map((launch) => readContestant(gpu, data, { kernel, launch, fold })),
    ),
  );
  return { contestants, dispose: () => fold.dispose() };
}

interface ReadSpec {
  readonly kernel: KernelName;
  readonly launch: ReadLaunch;
  readonly fold: GpuBuffer<"u32">;
}

async function readContestant(
  gpu: Gpu,
  { sets }: CaseData,
  { kernel, launch, fold }: ReadSpec,
): Promise<Contestant> {
  const BUFFERS = kernel === "read-keys" ? 1 : 2;
  const compiled = await createKernel(gpu, plainRead, {
    WORKGROUP: launch.workgroup,
    LOADS: launch.loads,
    BUFFERS,
  });
  const groups = sets.map(({ keys, values }) =>
    compiled.bind({ first: keys, second: values, fold }),
  );
  const grid = [launch.workgroups] as const;
  return {
    kernel,
    fraction: 1,
    variant: launchName(launch),
    prepare() {},
    record: (pass, set) => compiled.record(pass, groups[set]!, grid),
  };
}
