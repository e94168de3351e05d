import { createKernel, defineKernel, type Gpu, type GpuBuffer } from "@sift-attention/gpu";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import gateProductText from "./gate-product.wgsl";

const workgroup = 256;

const gateProductKernel = defineKernel({
  name: "gate-product",
  files: [{ name: "gate-product.wgsl", text: gateProductText }],
  bindings: { gates: "read", inner: "read-write" },
  constants: { WIDTH: "u32", WORKGROUP: "u32", IS_GELU: "bool" },
});

/** Compiles the product of gates that are there already. */
export async function bindGateProduct(
  gpu: Gpu,
  activation: "silu" | "gelu-tanh",
  buffers: {
    /** f32 [rows, 2, width]: a row's gates, then what they open. */
    readonly gates: GpuBuffer<"f32">;
    /** f32 [rows, width]. */
    readonly inner: GpuBuffer<"f32">;
  },
): Promise<BoundRows> {
  const width = buffers.inner.shape.at(-1)!;
  const isGelu = activation === "gelu-tanh";
  const constants = { WIDTH: width, WORKGROUP: workgroup, IS_GELU: isGelu };
  const kernel = await createKernel(gpu, gateProductKernel, constants);
  const group = kernel.bind(buffers);
  const columns = Math.ceil(width / workgroup);
  return { record: (pass, rows) => kernel.record(pass, group, [columns, rows]) };
}
