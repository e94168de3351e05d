/** One way to launch a plain read. */
export interface ReadLaunch {
  readonly workgroup: number;
  /** Words of 16 bytes in flight per invocation. */
  readonly loads: number;
  readonly workgroups: number;
}

/** Those that are tried on a GPU; which one is fastest differs by device and size. */
const GPU_LAUNCHES: readonly ReadLaunch[] = [
  { workgroup: 256, loads: 4, workgroups: 2112 },
  { workgroup: 256, loads: 8, workgroups: 1056 },
  { workgroup: 256, loads: 8, workgroups: 2112 },
  { workgroup: 256, loads: 8, workgroups: 8448 },
  { workgroup: 256, loads: 16, workgroups: 1056 },
  { workgroup: 128, loads: 8, workgroups: 4224 },
];

/** A processor's speed is not reported. */
const SOFTWARE_LAUNCHES: readonly ReadLaunch[] = [{ workgroup: 64, loads: 2, workgroups: 16 }];

/** The launches that are worth trying. */
export function readLaunches(isSoftware: boolean): readonly ReadLaunch[] {
  return isSoftware ? SOFTWARE_LAUNCHES : GPU_LAUNCHES;
}

/** Its name in reports. */
export function launchName({ workgroup, loads, workgroups }: ReadLaunch): string {
  return `${workgroups} × ${workgroup}, ${loads} in flight`;
}
