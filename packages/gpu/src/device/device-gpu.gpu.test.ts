import type { DType } from "@sift-attention/tensor";
import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BufferSpec, GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { GpuEvent } from "./gpu-event.ts";
import { openGpu } from "./open-gpu.ts";

const gpu = await openTestGpu(openGpu);
const limits = gpu.report.limits;

/** Runs a test with a buffer that goes afterwards. */
async function withBuffer<D extends DType>(
  spec: Omit<BufferSpec<D>, "label">,
  use: (buffer: GpuBuffer<D>) => Promise<void>,
): Promise<void> {
  const buffer = gpu.createBuffer({ label: "tested", ...spec });
  await use(buffer).finally(() => buffer.dispose());
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("createBuffer", () => {
  test("gives zeros, with its first content in front", async () => {
    const data = Float32Array.of(1, 2);
    await withBuffer({ dtype: "f32", shape: [2, 2], usage: "storage", data }, async (buffer) => {
      expect(await gpu.read(buffer)).toEqual(Float32Array.of(1, 2, 0, 0));
    });
  });

  test.each([
    ["NaN", [Number.NaN]],
    ["nothing", [0]],
    ["nothing in one dimension", [4, 0]],
    ["a part of a number", [1.5]],
    ["less than nothing", [-1]],
  ])("refuses a shape of %s", (_, shape) => {
    const error = thrownBy(() =>
      gpu.createBuffer({ label: "odd", dtype: "f32", shape, usage: "storage" }),
    );
    expect(error).toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("createBuffer odd: shape"),
    });
  });

  test.each([
    ["storage", "maxStorageBufferBindingSize"],
    ["uniform", "maxUniformBufferBindingSize"],
  ] as const)("refuses %s over its limit with both numbers", (usage, name) => {
    const offered = limits[name]!;
    const before = gpu.memory.liveBytes;
    const spec = { label: "big", dtype: "u8", shape: [offered + 4], usage } as const;
    expect(thrownBy(() => gpu.createBuffer(spec))).toMatchObject({
      code: "over-limit",
      asked: offered + 4,
      offered: Math.min(offered, limits.maxBufferSize!),
    });
    expect(gpu.memory.liveBytes).toBe(before);
  });

  test("refuses a size that no number holds exactly", () => {
    const spec = {
      label: "huge",
      dtype: "f64",
      shape: [2 ** 30, 2 ** 30],
      usage: "storage",
    } as const;
    expect(thrownBy(() => gpu.createBuffer(spec))).toMatchObject({
      code: "over-limit",
      asked: 2 ** 63,
    });
  });

  test.each([[["storage", "readback"]], [[]], ["texture"], [undefined]])(
    "refuses usage %j",
    (usage) => {
      const spec = { label: "odd", dtype: "u32", shape: [1], usage: usage as "storage" } as const;
      expect(thrownBy(() => gpu.createBuffer(spec))).toMatchObject({ code: "invalid-argument" });
    },
  );

  test("makes nothing when its first content does not fit, or cannot be written", () => {
    const { liveBytes, buffers } = gpu.memory;
    const spec = { label: "odd", dtype: "f32", shape: [2] } as const;
    const data = new Float32Array(3);
    for (const usage of ["storage", "readback"] as const) {
      const error = thrownBy(() => gpu.createBuffer({ ...spec, usage, data }));
      expect(error).toMatchObject({ code: "invalid-argument" });
    }
    expect(gpu.memory).toMatchObject({ liveBytes, buffers });
  });

  test("refuses an unknown data type", () => {
    const spec = { label: "odd", dtype: "f8" as "f32", shape: [1], usage: "storage" } as const;
    expect(thrownBy(() => gpu.createBuffer(spec))).toMatchObject({ code: "invalid-argument" });
  });

  test("takes several usages at once", async () => {
    await withBuffer(
      { dtype: "u32", shape: [3], usage: ["storage", "indirect"] },
      async ({ raw }) => {
        expect(raw.usage & 0x180).toBe(0x180);
      },
    );
  });
});

describe("memory", () => {
  test("counts bytes as allocated, and the most there were", () => {
    const { liveBytes, buffers } = gpu.memory;
    const a = gpu.createBuffer({ label: "a", dtype: "f16", shape: [3], usage: "storage" });
    const b = gpu.createBuffer({ label: "b", dtype: "f32", shape: [100], usage: "storage" });
    expect(a.byteLength).toBe(6);
    expect(gpu.memory.liveBytes - liveBytes).toBe(8 + 400);
    expect(gpu.memory.buffers - buffers).toBe(2);
    b.dispose();
    b.dispose();
    a[Symbol.dispose]();
    expect(gpu.memory.liveBytes).toBe(liveBytes);
    expect(gpu.memory.buffers).toBe(buffers);
    expect(gpu.memory.peakBytes).toBeGreaterThanOrEqual(liveBytes + 408);
  });
});

describe("write and read", () => {
  test.each([
    ["f32", Float32Array.of(1.5, -0, 3)],
    ["f16", Uint16Array.of(0x3c00, 0xffff, 7)],
    ["bf16", Uint16Array.of(0x3f80)],
    ["u8", Uint8Array.of(1, 2, 3, 4, 5)],
    ["i8", Int8Array.of(-1)],
    ["i16", Int16Array.of(-1, 2, -3)],
    ["u16", Uint16Array.of(1, 2, 65535)],
    ["i32", Int32Array.of(-1, 2)],
    ["u32", Uint32Array.of(2 ** 32 - 1)],
    ["i64", BigInt64Array.of(-1n, 2n ** 62n)],
    ["f64", Float64Array.of(Math.PI)],
  ] as const)("%s comes back as it went in", async (dtype, data) => {
    await withBuffer({ dtype, shape: [data.length], usage: "storage", data }, async (buffer) => {
      expect(await gpu.read(buffer)).toEqual(data);
    });
  });

  test("any range of 16-bit words is that of the array", async () => {
    const data = Uint16Array.from({ length: 37 }, (_, i) => 1000 + i);
    await withBuffer({ dtype: "f16", shape: [37], usage: "storage", data }, async (buffer) => {
      const ranges = fc.tuple(fc.nat(36), fc.integer({ min: 1, max: 37 }));
      await fc.assert(
        fc.asyncProperty(ranges, async ([start, length]) => {
          const count = Math.min(length, 37 - start);
          const read = await gpu.read(buffer, { start, count });
          expect(read).toEqual(data.subarray(start, start + count));
        }),
        { numRuns: 40 },
      );
    });
  });

  test.each([
    { start: 4, count: 1 },
    { start: 0, count: 5 },
    { start: 0, count: 0 },
    { start: -1 },
    { start: 0.5 },
    { start: Number.NaN },
    { count: Number.NaN },
  ])("refuses to read the range %j of 4 numbers", async (range) => {
    await withBuffer({ dtype: "u32", shape: [4], usage: "storage" }, async (buffer) => {
      await expect(gpu.read(buffer, range)).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringContaining("within 4 numbers"),
      });
    });
  });

  test.each([
    [new Uint16Array(9), 0, "at most 16 bytes at offset 0, got 18"],
    [new Uint16Array(2), 2, "byteOffset: expected a multiple of 4"],
    [new Uint16Array(2), 16, "at most 0 bytes at offset 16, got 4"],
    [new Uint16Array(2), Number.NaN, "byteOffset: expected a multiple of 4"],
    [new Uint16Array(1), 0, "a multiple of 4 bytes, or all up to the buffer's end"],
    [[1, 2] as unknown as Uint16Array, 0, "expected a typed array"],
  ])("refuses to write %o at byte %d", async (data, byteOffset, message) => {
    await withBuffer({ dtype: "f16", shape: [8], usage: "storage" }, async (buffer) => {
      expect(thrownBy(() => gpu.write(buffer, data, byteOffset))).toMatchObject({
        code: "invalid-argument",
        message: expect.stringContaining(message),
      });
    });
  });

  test("an odd count of words may end a buffer, and nothing beside it changes", async () => {
    const data = Uint16Array.of(1, 2, 3, 4, 5);
    await withBuffer({ dtype: "u16", shape: [5], usage: "storage", data }, async (buffer) => {
      gpu.write(buffer, Uint16Array.of(9), 8);
      expect(await gpu.read(buffer)).toEqual(Uint16Array.of(1, 2, 3, 4, 9));
    });
  });

  test("writes views at their offset, across slices", async () => {
    const count = 5 * 2 ** 20 + 3; // 20 MiB and 12 bytes: three slices of 8 MiB
    const all = Uint32Array.from({ length: count + 1 }, (_, i) => i);
    const spec = { dtype: "u32", shape: [count], usage: "storage" } as const;
    await withBuffer(spec, async (buffer) => {
      gpu.write(buffer, all.subarray(1));
      expect(Buffer.compare(await gpu.read(buffer).then(bytesOf), bytesOf(all.subarray(1)))).toBe(
        0,
      );
      await gpu.upload(buffer, all.subarray(0, count));
      expect(
        Buffer.compare(await gpu.read(buffer).then(bytesOf), bytesOf(all.subarray(0, count))),
      ).toBe(0);
    });
  });

  test("a readback buffer is read in place, and one reader at a time", async () => {
    const data = Uint32Array.of(4, 5, 6);
    await withBuffer({ dtype: "u32", shape: [3], usage: "storage", data }, async (source) => {
      await withBuffer({ dtype: "u32", shape: [3], usage: "readback" }, async (buffer) => {
        gpu.submit((encoder) => encoder.copyBufferToBuffer(source.raw, 0, buffer.raw, 0, 12));
        expect(await gpu.read(buffer, { start: 1, count: 1 })).toEqual(Uint32Array.of(5));
        const both = await Promise.allSettled([gpu.read(buffer), gpu.read(buffer)]);
        expect(both[0]).toEqual({ status: "fulfilled", value: data });
        expect(both[1]).toMatchObject({ reason: { code: "validation" } });
        expect(await gpu.read(buffer)).toEqual(data);
        expect(thrownBy(() => gpu.write(buffer, data))).toMatchObject({ code: "invalid-argument" });
      });
    });
  });

  test("refuse a buffer that is disposed of", async () => {
    const buffer = gpu.createBuffer({ label: "gone", dtype: "u32", shape: [1], usage: "storage" });
    buffer.dispose();
    expect(buffer.isDisposed).toBe(true);
    await expect(gpu.read(buffer)).rejects.toMatchObject({ code: "disposed" });
    await expect(gpu.upload(buffer, new Uint32Array(1))).rejects.toMatchObject({
      code: "disposed",
    });
    expect(thrownBy(() => gpu.write(buffer, new Uint32Array(1)))).toMatchObject({
      code: "disposed",
      message: "write gone: expected a live buffer, got gone, disposed",
    });
  });

  test("a buffer disposed of during its reading ends the reading", async () => {
    const buffer = gpu.createBuffer({ label: "r", dtype: "u32", shape: [1], usage: "readback" });
    const reading = gpu.read(buffer);
    buffer.dispose();
    await expect(reading).rejects.toMatchObject({ code: "validation" });
  });
});

describe("submit", () => {
  test("throws what the recording throws, and submits nothing of it", async () => {
    const mistake = new Error("mine");
    await withBuffer(
      { dtype: "u32", shape: [1], usage: "storage", data: Uint32Array.of(3) },
      async (buffer) => {
        const call = () =>
          gpu.submit((encoder) => {
            encoder.clearBuffer(buffer.raw);
            throw mistake;
          });
        expect(thrownBy(call)).toBe(mistake);
        await gpu.settled();
        expect(await gpu.read(buffer)).toEqual(Uint32Array.of(3));
      },
    );
  });

  test("leaves a wrong recording to settled, which throws it once", async () => {
    await withBuffer({ dtype: "u32", shape: [1], usage: "storage" }, async (buffer) => {
      for (let i = 0; i < 3; i++) gpu.submit((encoder) => encoder.clearBuffer(buffer.raw, 0, 64));
      await expect(gpu.settled()).rejects.toMatchObject({
        code: "validation",
        message: expect.stringMatching(/^submit: .*\(and 2 more\)$/s),
      });
      await gpu.settled();
    });
  });

  test("leaves a wrong recording to read as well", async () => {
    await withBuffer({ dtype: "u32", shape: [1], usage: "storage" }, async (buffer) => {
      gpu.submit((encoder) => encoder.clearBuffer(buffer.raw, 0, 64));
      await expect(gpu.read(buffer)).rejects.toMatchObject({ code: "validation" });
      expect(await gpu.read(buffer)).toEqual(Uint32Array.of(0));
    });
  });
});

describe("onEvent", () => {
  async function eventsOf(work: () => Promise<unknown>): Promise<readonly GpuEvent[]> {
    const events: GpuEvent[] = [];
    const stop = gpu.onEvent((event) => events.push(event));
    await work();
    stop();
    return events;
  }

  // SwiftShader offers buffers that it cannot allocate.
  test.runIf(testAdapter() === "software")(
    "tells of memory that ran out, with the numbers",
    async () => {
      const { liveBytes } = gpu.memory;
      const limitBytes = limits.maxBufferSize!;
      const events = await eventsOf(async () => {
        const spec = { label: "all", dtype: "u8", shape: [limitBytes], usage: "storage" } as const;
        const buffer = gpu.createBuffer(spec);
        await expect(gpu.settled()).rejects.toMatchObject({
          code: "out-of-memory",
          asked: limitBytes,
        });
        expect(buffer.isDisposed).toBe(true);
      });
      const where = "createBuffer all";
      const numbers = { askedBytes: limitBytes, liveBytes, limitBytes };
      expect(events).toEqual([
        { type: "out-of-memory", where, ...numbers, message: expect.any(String) },
      ]);
      expect(gpu.memory.liveBytes).toBe(liveBytes);
    },
  );

  test("tells of errors on the bare device, which settled throws", async () => {
    const events = await eventsOf(async () => {
      gpu.device.createBuffer({ size: 16, usage: 0x3 });
      await expect(gpu.settled()).rejects.toMatchObject({
        code: "validation",
        message: expect.stringMatching(/^uncaptured: /),
      });
    });
    expect(events).toEqual([
      { type: "uncaptured-validation", message: expect.stringContaining("usage") },
    ]);
  });

  test("tells no more once stopped", async () => {
    const events: GpuEvent[] = [];
    gpu.onEvent((event) => events.push(event))();
    gpu.device.createBuffer({ size: 16, usage: 0x3 });
    await expect(gpu.settled()).rejects.toMatchObject({ code: "validation" });
    expect(events).toEqual([]);
  });
});

describe("a lost device", () => {
  test("ends what is in flight, is told once, and every later call says so", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const events: GpuEvent[] = [];
    other.onEvent((event) => events.push(event));
    const spec = { label: "words", dtype: "u32", shape: [4], usage: "storage" } as const;
    const buffer = other.createBuffer(spec);
    const inFlight = Promise.allSettled([other.read(buffer), other.settled()]);
    other.device.destroy();
    const lost = { reason: { code: "device-lost" } };
    expect(await inFlight).toMatchObject([lost, lost]);
    expect(await other.lost).toMatchObject({ reason: "destroyed", message: expect.any(String) });
    expect(events).toEqual([
      {
        type: "device-lost",
        reason: "destroyed",
        message: expect.any(String),
        liveBytes: expect.any(Number),
      },
    ]);
    const calls = [
      () => other.createBuffer(spec),
      () => other.write(buffer, new Uint32Array(1)),
      () => other.submit(() => {}),
      () => other.guard("mine", () => {}),
    ];
    for (const call of calls) expect(thrownBy(call)).toMatchObject({ code: "device-lost" });
    await expect(other.read(buffer)).rejects.toMatchObject({ code: "device-lost" });
    await expect(other.upload(buffer, new Uint32Array(1))).rejects.toMatchObject({
      code: "device-lost",
    });
    await expect(other.settled()).rejects.toMatchObject({ code: "device-lost" });
    other.dispose();
    expect(other.memory.liveBytes).toBe(0);
  });
});

describe("dispose", () => {
  test("ends what is in flight, frees all, and is no loss to tell of", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const events: GpuEvent[] = [];
    other.onEvent((event) => events.push(event));
    const spec = { label: "words", dtype: "u32", shape: [4], usage: "storage" } as const;
    const buffer = other.createBuffer(spec);
    const inFlight = Promise.allSettled([other.read(buffer), other.settled()]);
    other.dispose();
    other[Symbol.dispose]();
    const disposed = { reason: { code: "disposed" } };
    expect(await inFlight).toMatchObject([disposed, disposed]);
    await other.lost;
    expect(other.memory).toMatchObject({ liveBytes: 0, buffers: 0 });
    expect(buffer.isDisposed).toBe(true);
    expect(events).toEqual([]);
    expect(thrownBy(() => other.createBuffer(spec))).toMatchObject({ code: "disposed" });
    await expect(other.read(buffer)).rejects.toMatchObject({ code: "disposed" });
  });
});

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
