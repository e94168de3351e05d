import { afterAll } from "vitest";
import { useSoftwareAdapter } from "./software-adapter.js";

/** The adapter that GPU tests run on: `SIFT_ADAPTER`, `software` where it is not set. */
export function testAdapter() {
  const adapter = process.env.SIFT_ADAPTER ?? "software";
  if (adapter === "software" || adapter === "hardware") return adapter;
  throw new Error(`SIFT_ADAPTER: expected software or hardware, got ${adapter}`);
}

/** Opens the device that the tests of one file share and disposes of it after the last of them. */
export async function openTestGpu(open, options = {}) {
  const adapter = testAdapter();
  if (adapter === "software") useSoftwareAdapter();
  const gpu = await open({ ...options, adapter });
  afterAll(() => gpu[Symbol.dispose]());
  return gpu;
}
