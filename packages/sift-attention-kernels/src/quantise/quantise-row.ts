import type { ShaderFile } from "@sift-attention/gpu";
import text from "./quantise-row.wgsl";

/**
 * WGSL for a kernel that appends rows to a cache of `kvType: "i8"`: `row_scale(greatest: f32) -> f32`, the scale of a row
 * whose greatest magnitude is given, and `pack_whole_numbers(numbers: vec4<f32>, scale: f32) -> u32`, four of its numbers.
 * Needs the language feature `packed_4x8_integer_dot_product`, as the kernels over such a cache do.
 */
export const quantiseRowFile: ShaderFile = { name: "quantise-row.wgsl", text };
