import { createKernel, defineKernel, openGpu } from "@sift-attention/gpu";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { quantiseRowFile } from "./quantise-row.ts";
import { quantiseRows } from "./quantise-rows.ts";

const gpu = await openTestGpu(openGpu);
const rowLength = 64;

const append = `
@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>; // [rows, ROW_WORDS]
@group(0) @binding(1) var<storage, read_write> numbers: array<u32>; // [rows, ROW_WORDS]
@group(0) @binding(2) var<storage, read_write> scales: array<f32>; // [rows]

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3<u32>) {
  var greatest = 0.0;
  for (var i = 0u; i < ROW_WORDS; i++) {
    let four = abs(rows[group.x * ROW_WORDS + i]);
    greatest = max(greatest, max(max(four.x, four.y), max(four.z, four.w)));
  }
  let scale = row_scale(greatest);
  scales[group.x] = scale;
  for (var i = 0u; i < ROW_WORDS; i++) {
    numbers[group.x * ROW_WORDS + i] = pack_whole_numbers(rows[group.x * ROW_WORDS + i], scale);
  }
}
`;

async function quantised(rows: Float32Array<ArrayBuffer>) {
  const spec = defineKernel({
    name: "append",
    files: [quantiseRowFile, { name: "append.wgsl", text: append }],
    bindings: { rows: "read", numbers: "read-write", scales: "read-write" },
    constants: { ROW_WORDS: "u32" },
  });
  const kernel = await createKernel(gpu, spec, { ROW_WORDS: rowLength / 4 });
  const count = rows.length / rowLength;
  const shape = [count, rowLength];
  const buffers = {
    rows: gpu.createBuffer({ label: "rows", dtype: "f32", shape, usage: "storage", data: rows }),
    numbers: gpu.createBuffer({ label: "numbers", dtype: "i8", shape, usage: "storage" }),
    scales: gpu.createBuffer({ label: "scales", dtype: "f32", shape: [count], usage: "storage" }),
  };
  const group = kernel.bind(buffers);
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    kernel.record(pass, group, [count]);
    pass.end();
  });
  return { numbers: await gpu.read(buffers.numbers), scales: await gpu.read(buffers.scales) };
}

describe("quantiseRowFile", () => {
  test("makes the rows that quantiseRows makes, but for numbers that lie halfway between two", async () => {
    const draw = createNormal(createRandom(4));
    const rows = Float32Array.from({ length: 50 * rowLength }, (_, i) => draw() * 10 ** (i % 5));
    rows.fill(0, 0, rowLength);
    rows.fill(1e-40, rowLength, 2 * rowLength);
    const got = await quantised(rows);
    const expected = quantiseRows(rows, rowLength);
    for (const [row, scale] of expected.scales.entries()) {
      expect(Math.abs(got.scales[row]! - scale)).toBeLessThanOrEqual(2 ** -21 * scale);
    }
    for (const [i, x] of rows.entries()) {
      const scale = expected.scales[Math.floor(i / rowLength)]!;
      const isBetween = Math.abs(Math.abs((x / scale) % 1) - 0.5) < 1e-3;
      expect(Math.abs(got.numbers[i]! - expected.numbers[i]!)).toBeLessThanOrEqual(
        isBetween ? 1 : 0,
      );
    }
  });
});
