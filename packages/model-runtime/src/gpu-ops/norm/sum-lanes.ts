import type { ShaderFile } from "@sift-attention/gpu";
import sumLanesText from "./sum-lanes.wgsl";

/** `sum_lanes`: one number of each invocation of a workgroup, added up. */
export const sumLanesFile: ShaderFile = { name: "sum-lanes.wgsl", text: sumLanesText };
