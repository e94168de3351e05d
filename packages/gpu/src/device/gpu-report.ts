/** What a device turned out to be. */
export interface GpuReport {
  readonly vendor: string;
  readonly architecture: string;
  /** The driver's name of the device, where the browser tells it. */
  readonly device: string;
  readonly description: string;
  /** Whether the processor does the work. */
  readonly isSoftware: boolean;
  /** WebGPU features that the device has, sorted. */
  readonly features: readonly string[];
  /** Every limit that the device has, by its WebGPU name. */
  readonly limits: Readonly<Record<string, number>>;
  /** Least and greatest number of invocations in a subgroup, 0 without the feature `subgroups`. */
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** Sizes and types of subgroup matrices; empty without the feature. */
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  /** Features that computing profits from and that this device has not. */
  readonly missing: readonly string[];
}

/** One kind of product that subgroups compute on matrices: [m, k] · [k, n] → [m, n]. */
export interface SubgroupMatrix {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Fields that newer browsers and Dawn have beside the standard's types. */
interface AdapterInfo extends GPUAdapterInfo {
  readonly subgroupMatrixConfigs?: Iterable<{
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
  }>;
}

const usefulFeatures = [
  "subgroups",
  "shader-f16",
  "timestamp-query",
  "chromium-experimental-subgroup-matrix",
];

/** The numbers in a device's or an adapter's limits. They are getters of a prototype, which spreading leaves out. */
export function readLimits(limits: GPUSupportedLimits): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") numbers[name] = value;
  }
  return numbers;
}

function readMatrices(info: Partial<AdapterInfo>): readonly SubgroupMatrix[] {
  return Array.from(info.subgroupMatrixConfigs ?? [], (configuration) => ({
    componentType: configuration.componentType,
    resultComponentType: configuration.resultComponentType,
    m: configuration.M,
    n: configuration.N,
    k: configuration.K,
  }));
}

/** Describes a device; `info` is its adapter's. */
export function reportOf(device: GPUDevice, info: Partial<AdapterInfo> = {}): GpuReport {
  const features = [...device.features].sort();
  const hasSubgroups = features.includes("subgroups");
  return {
    vendor: info.vendor ?? "",
    architecture: info.architecture ?? "",
    device: info.device ?? "",
    description: info.description ?? "",
    isSoftware: info.isFallbackAdapter ?? false,
    features,
    limits: readLimits(device.limits),
    subgroupMinSize: hasSubgroups ? (info.subgroupMinSize ?? 0) : 0,
    subgroupMaxSize: hasSubgroups ? (info.subgroupMaxSize ?? 0) : 0,
    subgroupMatrices: readMatrices(info),
    missing: usefulFeatures.filter((feature) => !features.includes(feature)),
  };
}
