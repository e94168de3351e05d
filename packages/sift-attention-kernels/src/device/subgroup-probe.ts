import { createKernel, defineKernel, type Gpu, type KernelSpec } from "@sift-attention/gpu";
import text from "./subgroup-probe.wgsl";

/** How one invocation of a workgroup stands in its subgroup. */
export interface LaneFinding {
  readonly lane: number;
  /** Invocations of its subgroup. */
  readonly size: number;
  /** Bit s is set when the exchange by exclusive or with 2^s reached the neighbour that the index promises. */
  readonly reached: number;
}

const workgroup = 128; // every WebGPU device runs as many
const workgroups = 4;
const exchanges = 6; // up to 64 invocations

const spec: KernelSpec<
  { readonly findings: "read-write" },
  { readonly WORKGROUP: "u32"; readonly EXCHANGES: "u32" }
> = defineKernel({
  name: "subgroup-probe",
  files: [{ name: "subgroup-probe.wgsl", text }],
  bindings: { findings: "read-write" },
  constants: { WORKGROUP: "u32", EXCHANGES: "u32" },
  features: ["subgroups"],
});

/** Runs workgroups of 128 invocations: [workgroup][index in it]. The device must have the feature subgroups. */
export async function probeSubgroups(gpu: Gpu): Promise<readonly (readonly LaneFinding[])[]> {
  const kernel = await createKernel(gpu, spec, { WORKGROUP: workgroup, EXCHANGES: exchanges });
  using findings = gpu.createBuffer({
    label: "subgroup findings",
    dtype: "u32",
    shape: [workgroups, workgroup, 4],
    usage: "storage",
  });
  const group = kernel.bind({ findings });
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    kernel.record(pass, group, [workgroups]);
    pass.end();
  });
  const words = await gpu.read(findings);
  return Array.from({ length: workgroups }, (_, g) =>
    Array.from({ length: workgroup }, (_, i) => {
      const [lane = 0, size = 0, reached = 0] = words.subarray(4 * (g * workgroup + i));
      return { lane, size, reached };
    }),
  );
}
