import { createKernel, type Gpu, type Kernel } from "@sift-attention/gpu";
import type { SlotCache } from "@sift-attention/model-runtime/backends";
import { BenchError } from "../../bench-error.ts";
import { plantValues } from "../../kernels/data/plant-values.ts";

const TILE = 256;
const WORKGROUPS = 4096;

/** Fills every row of an f16 cache with noise of mean 0 and variance 1, on the device. */
export async function plantCache(gpu: Gpu, { shape, keys, values }: SlotCache): Promise<void> {
  if (shape.kvType !== "f16") {
    throw new BenchError(`planted rows: expected a cache of f16, got ${shape.kvType}`);
  }
  await plantBuffers(keys, await createKernel(gpu, plantValues, { TILE, SEED: 0x6b657973 }));
  await plantBuffers(values, await createKernel(gpu, plantValues, { TILE, SEED: 0x76616c73 }));

  async function plantBuffers(
    buffers: SlotCache["keys"],
    kernel: Kernel<{ readonly values: "read-write" }>,
  ): Promise<void> {
    for (const buffer of buffers) {
      gpu.submit((encoder) => {
        const pass = encoder.beginComputePass();
        kernel.record(pass, kernel.bind({ values: buffer }), [WORKGROUPS]);
        pass.end();
      });
      await gpu.settled();
    }
  }
}
