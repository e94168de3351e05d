import { createKernel, defineKernel, type Gpu, type GpuBuffer } from "@sift-attention/gpu";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import softCapText from "./soft-cap.wgsl";

const workgroup = 256;

const softCapKernel = defineKernel({
  name: "soft-cap",
  files: [{ name: "soft-cap.wgsl", text: softCapText }],
  bindings: { logits: "read-write" },
  constants: { WIDTH: "u32", CAP: "f32", WORKGROUP: "u32" },
});

/**
 * Compiles the soft cap of logits, in place.
 * @param logits f32 [rows, width].
 */
export async function bindSoftCap(
  gpu: Gpu,
  logits: GpuBuffer<"f32">,
  cap: number,
): Promise<BoundRows> {
  const width = logits.shape.at(-1)!;
  const constants = { WIDTH: width, CAP: cap, WORKGROUP: workgroup };
  const kernel = await createKernel(gpu, softCapKernel, constants);
  const group = kernel.bind({ logits });
  const columns = Math.ceil(width / workgroup);
  return { record: (pass, rows) => kernel.record(pass, group, [columns, rows]) };
}
