import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { afterAll, describe, expect, test } from "vitest";
import { openGpu } from "../device/open-gpu.ts";
import { createKernel } from "./create-kernel.ts";
import { defineKernel } from "./define-kernel.ts";
import type { Workgroups } from "./kernel.ts";
import { scale } from "./scale.fixture.ts";

const gpu = await openTestGpu(openGpu);
const kernel = await createKernel(gpu, scale, { TILE: 64, FACTOR: 2 });
const spec = { dtype: "f32", shape: [128], usage: "storage" } as const;
const data = Float32Array.from({ length: 128 }, (_, i) => i);
const input = gpu.createBuffer({ label: "input", ...spec, data });
const scaled = gpu.createBuffer({ label: "scaled", ...spec });
const uniform = gpu.createBuffer({ ...spec, label: "uniform", usage: "uniform" });

afterAll(async () => {
  await gpu.settled(); // nothing here may have left an error behind
});

function expectRefusal(code: string, message: string, call: () => unknown): void {
  expect(call).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
}

describe("bind", () => {
  test("takes bare buffers and parts of buffers", async () => {
    const part = gpu.createBuffer({ label: "part", ...spec });
    const group = kernel.bind({
      input: { buffer: input, offset: 256, size: 16 },
      scaled: { buffer: part.raw },
    });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [1]);
      pass.end();
    });
    const expected = Float32Array.of(128, 130, 132, 134, 0);
    expect(await gpu.read(part, { count: 5 })).toEqual(expected);
    part.dispose();
  });

  test("names what is missing and what is too much", () => {
    // @ts-expect-error scaled is missing
    const oneOnly = () => kernel.bind({ input });
    expectRefusal("invalid-argument", "expected input, scaled, got input", oneOnly);
    const more = { input, scaled, mask: input };
    expectRefusal("invalid-argument", "got input, scaled, mask", () => kernel.bind(more));
    const nothing = { input, scaled: undefined as unknown as typeof scaled };
    expectRefusal("invalid-argument", "bind scaled: expected a buffer, got undefined", () =>
      kernel.bind(nothing),
    );
  });

  test.each([
    ["another usage", { buffer: uniform }, "a buffer of usage STORAGE"],
    [
      "an offset that is not aligned",
      { buffer: input, offset: 4 },
      "an offset that is a multiple of",
    ],
    [
      "an offset that is no number",
      { buffer: input, offset: Number.NaN },
      "an offset that is a multiple of",
    ],
    [
      "more than the buffer has",
      { buffer: input, offset: 256, size: 257 },
      "1 to 256 bytes from offset 256, got 257",
    ],
    ["nothing", { buffer: input, size: 0 }, "1 to 512 bytes"],
  ])("refuses %s", (_, bound, message) => {
    expectRefusal("invalid-argument", `kernel scale: bind input: expected ${message}`, () =>
      kernel.bind({ input: bound, scaled }),
    );
  });

  test("refuses one buffer read and written at once, and takes two parts of it", () => {
    expectRefusal("invalid-argument", "got input and scaled over the same bytes", () =>
      kernel.bind({ input: scaled, scaled }),
    );
    const half = { buffer: scaled, size: 256 };
    expect(kernel.bind({ input: half, scaled: { buffer: scaled, offset: 256 } })).toBeDefined();
  });

  test("refuses a buffer that is disposed of", () => {
    const gone = gpu.createBuffer({ label: "gone", ...spec });
    gone.dispose();
    expectRefusal("disposed", "got gone, disposed", () => kernel.bind({ input: gone, scaled }));
  });

  test("refuses more than one binding may have, and takes it in parts", async () => {
    const small = await openGpu({ backend: "null" });
    const offered = small.report.limits.maxStorageBufferBindingSize!;
    expect(offered).toBeLessThan(small.report.limits.maxBufferSize!);
    const other = await createKernel(small, scale, { TILE: 64, FACTOR: 2 });
    const words = { dtype: "f32", usage: "storage" } as const;
    const shape = [offered / 4 + 64];
    const target = small.createBuffer({ label: "target", ...words, shape: [64] });
    const long = small.createBuffer({ label: "long", ...words, shape, boundInParts: true });
    expectRefusal("over-limit", `expected at most ${offered} bytes`, () =>
      other.bind({ input: long, scaled: target }),
    );
    expect(other.bind({ input: { buffer: long, offset: offered }, scaled: target })).toBeDefined();
    await small.settled();
    small.dispose();
  });
});

describe("record", () => {
  const group = kernel.bind({ input, scaled });

  function recordWith(workgroups: Workgroups): void {
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      try {
        kernel.record(pass, group, workgroups);
      } finally {
        pass.end();
      }
    });
  }

  test.each([[[0]], [[1, 0]], [[1, 1, -1]], [[1.5]], [[Number.NaN]]])(
    "refuses %j workgroups",
    (counts) => {
      expectRefusal("invalid-argument", "kernel scale: workgroups: expected whole numbers", () =>
        recordWith(counts as unknown as Workgroups),
      );
    },
  );

  test("refuses more workgroups than a dimension has, with both numbers", () => {
    const offered = gpu.report.limits.maxComputeWorkgroupsPerDimension!;
    const call = () => recordWith([1, offered + 1]);
    expect(call).toThrow(
      expect.objectContaining({ code: "over-limit", asked: offered + 1, offered }),
    );
  });

  test("says so when the device is gone", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const gone = await createKernel(other, scale, { TILE: 64, FACTOR: 2 });
    other.device.destroy();
    await other.lost;
    const pass = {} as GPUComputePassEncoder;
    expectRefusal("device-lost", "kernel scale", () => gone.record(pass, group, [1]));
    expectRefusal("device-lost", "kernel scale", () => gone.bind({ input, scaled }));
  });
});

describe("recordIndirect", () => {
  const counts = gpu.createBuffer({
    ...{ label: "counts", dtype: "u32", shape: [4], usage: ["storage", "indirect"] },
    data: Uint32Array.of(9, 1, 1, 1),
  });

  test("dispatches as many workgroups as the buffer says", async () => {
    const target = gpu.createBuffer({ label: "target", ...spec });
    const group = kernel.bind({ input, scaled: target });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.recordIndirect(pass, group, counts, 4);
      pass.end();
    });
    const expected = data.map((number, i) => (i < 64 ? 2 * number : 0));
    expect(await gpu.read(target)).toEqual(expected);
    target.dispose();
  });

  test.each([
    ["a buffer of another usage", input, 0, "usage INDIRECT"],
    ["counts past its end", counts, 8, "a multiple of 4 up to 4, got 8"],
    ["counts between words", counts, 2, "a multiple of 4 up to 4, got 2"],
  ])("refuses %s", (_, buffer, byteOffset, message) => {
    const group = kernel.bind({ input, scaled });
    const pass = {} as GPUComputePassEncoder;
    expectRefusal("invalid-argument", message, () =>
      kernel.recordIndirect(pass, group, buffer, byteOffset),
    );
  });
});

describe("a kernel without bindings", () => {
  test("can be made and bound", async () => {
    const text = "@compute @workgroup_size(1) fn main() {}";
    const empty = defineKernel({
      name: "empty",
      files: [{ name: "empty.wgsl", text }],
      bindings: {},
      constants: {},
    });
    const made = await createKernel(gpu, empty, {});
    expect(made.bind({})).toBeDefined();
  });
});
