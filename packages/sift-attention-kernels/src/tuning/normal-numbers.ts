import {
  createKernel,
  defineKernel,
  type Gpu,
  type GpuBuffer,
  type KernelSpec,
} from "@sift-attention/gpu";
import text from "./normal-numbers.wgsl";

const spec: KernelSpec<
  { readonly numbers: "read-write" },
  { readonly SEED: "u32"; readonly HALVES: "bool" }
> = defineKernel({
  name: "normal-numbers",
  files: [{ name: "normal-numbers.wgsl", text }],
  bindings: { numbers: "read-write" },
  constants: { SEED: "u32", HALVES: "bool" },
});

const workgroups = 1024;

/** Fills buffers of f16 or f32 with nearly normal numbers on the device: the same numbers for the same seed. */
export async function fillNormal(
  gpu: Gpu,
  buffers: readonly GpuBuffer[],
  seed: number,
): Promise<void> {
  for (const [i, numbers] of buffers.entries()) {
    const constants = { SEED: (seed + i * 0x9e3779b9) >>> 0, HALVES: numbers.dtype === "f16" };
    const kernel = await createKernel(gpu, spec, constants);
    const group = kernel.bind({ numbers });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [workgroups]);
      pass.end();
    });
  }
}
