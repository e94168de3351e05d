import {
  type BoundBuffer,
  createKernel,
  defineKernel,
  type Gpu,
  type GpuBuffer,
} from "@sift-attention/gpu";
import type { BoundRows } from "../row-places/bind-rows.ts";
import gatherRowsText from "./gather-rows.wgsl";

const workgroup = 256;

const gatherRowsKernel = defineKernel({
  name: "gather-rows",
  files: [{ name: "gather-rows.wgsl", text: gatherRowsText }],
  bindings: { indices: "read", rows: "read", gathered: "read-write" },
  constants: { WIDTH: "u32", WORKGROUP: "u32" },
});

/** What rows are gathered from and to, and which. */
export interface GatherBuffers {
  /** u32 [gathered rows]. */
  readonly indices: BoundBuffer;
  /** f32 [rows, width]. */
  readonly rows: GpuBuffer<"f32">;
  /** f32 [gathered rows, width]. */
  readonly gathered: BoundBuffer;
}

/** Compiled for rows of a width; `record` of what `bind` gives takes how many are gathered. */
export interface GatherRows {
  bind(buffers: GatherBuffers): BoundRows;
}

/** Compiles the copying of single rows next to each other. */
export async function createGatherRows(gpu: Gpu, width: number): Promise<GatherRows> {
  const kernel = await createKernel(gpu, gatherRowsKernel, { WIDTH: width, WORKGROUP: workgroup });
  const columns = Math.ceil(width / workgroup);
  return {
    bind: (buffers) => {
      const group = kernel.bind(buffers);
      return { record: (pass, count) => kernel.record(pass, group, [columns, count]) };
    },
  };
}
