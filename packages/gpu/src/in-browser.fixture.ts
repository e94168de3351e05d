import { openGpu } from "./device/open-gpu.ts";
import { GpuError } from "./gpu-error.ts";
import { createKernel } from "./kernels/create-kernel.ts";
import { defineKernel } from "./kernels/define-kernel.ts";
import { scale } from "./kernels/scale.fixture.ts";

/** What the test of the browser looks at. */
export interface BrowserFindings {
  readonly isSoftware: boolean;
  readonly liveBytes: readonly number[];
  readonly scaled: readonly number[];
  readonly errors: readonly (readonly [code: string, message: string])[];
  /** What calls in flight ended with when their device went, over several devices. */
  readonly codesAtLoss: readonly string[];
}

const lossCount = 16;

async function errorOf(work: () => unknown): Promise<readonly [string, string]> {
  try {
    await work();
    return ["none", ""];
  } catch (error) {
    return error instanceof GpuError ? [error.code, error.message] : ["foreign", String(error)];
  }
}

/** The GPU process may answer calls before it tells of the loss, or after: many losses meet both. */
async function codesAtLosses(count: number): Promise<readonly string[]> {
  const codes: string[] = [];
  for (let index = 0; index < count; index++) {
    const gpu = await openGpu({ adapter: "software" });
    const shape = [2 ** index];
    const buffer = gpu.createBuffer({ label: "lost", dtype: "f32", shape, usage: "storage" });
    const calls = [errorOf(() => gpu.read(buffer)), errorOf(() => gpu.settled())];
    if (index % 2 === 1) await Promise.resolve();
    gpu.device.destroy();
    calls.push(errorOf(() => gpu.settled()));
    for (const [code] of await Promise.all(calls)) codes.push(code);
    gpu.dispose();
  }
  return codes;
}

/** Opens a device in a page, computes, and goes wrong in several ways. */
export default async function inBrowser(): Promise<BrowserFindings> {
  const gpu = await openGpu({ adapter: "software" });
  const kernel = await createKernel(gpu, scale, { TILE: 64, FACTOR: 3 });
  const data = Float32Array.of(1, -2, 0.5);
  const storage = { dtype: "f32", shape: [3], usage: "storage" } as const;
  const input = gpu.createBuffer({ label: "input", ...storage, data });
  const scaled = gpu.createBuffer({ label: "scaled", ...storage });
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    kernel.record(pass, kernel.bind({ input, scaled }), [1]);
    pass.end();
  });
  const result = [...(await gpu.read(scaled))];
  const liveBytes = [gpu.memory.liveBytes];
  const text = scale.files[0]!.text.replaceAll("FACTOR *", "FACTORS *");
  const wrong = defineKernel({ ...scale, files: [{ name: "scale.wgsl", text }] });
  const errors = [
    await errorOf(() => createKernel(gpu, wrong, { TILE: 64, FACTOR: 3 })),
    await errorOf(() => openGpu({ adapter: "hardware" })),
    await errorOf(() => openGpu({ backend: "null" })),
    await errorOf(() => {
      gpu.submit((encoder) => encoder.copyBufferToBuffer(input.raw, 0, scaled.raw, 0, 64));
      return gpu.settled();
    }),
    await errorOf(() => {
      gpu.device.createBuffer({ size: 16, usage: 3 });
      return gpu.settled();
    }),
  ];
  const inFlight = [errorOf(() => gpu.read(scaled)), errorOf(() => gpu.settled())];
  gpu.device.destroy();
  errors.push(...(await Promise.all(inFlight)));
  errors.push(await errorOf(() => gpu.write(input, data)));
  gpu.dispose();
  return {
    isSoftware: gpu.report.isSoftware,
    liveBytes: [...liveBytes, gpu.memory.liveBytes],
    scaled: result,
    errors,
    codesAtLoss: await codesAtLosses(lossCount),
  };
}
