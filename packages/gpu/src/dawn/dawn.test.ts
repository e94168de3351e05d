import { describe, expect, test, vi } from "vitest";

function failWith(error: Error): void {
  vi.resetModules();
  vi.doMock("webgpu", () => {
    throw error;
  });
}

describe("openDawn", () => {
  test("keeps an instance alive that a device may stand on, one for each set of settings", async () => {
    const { openDawn } = await import("./dawn.ts");
    const instance = await openDawn(["backend=null"]);
    expect(await openDawn(["backend=null"])).toBe(instance);
    expect(await openDawn(["backend=null", "verbose=0"])).not.toBe(instance);
    const kept = Reflect.get(globalThis, Symbol.for("@sift-attention/gpu/dawn"));
    expect([...kept.values()]).toContain(instance);
  });

  test("names the npm package when it cannot be had", async () => {
    failWith(Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }));
    const { openDawn } = await import("./dawn.ts");
    await expect(openDawn([])).rejects.toMatchObject({
      code: "no-webgpu",
      message: expect.stringContaining("npm install webgpu"),
      cause: expect.any(Error),
    });
  });
});
