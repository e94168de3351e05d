import { describe, expect, test } from "vitest";
import { expectVulkan, needsVulkan } from "./expect-vulkan.ts";

function failWith(message: string): () => void {
  return () => {
    throw new Error(message);
  };
}

describe("expectVulkan", () => {
  test("says what to install where there is no loader", () => {
    const missing = failWith("libvulkan.so.1: cannot open shared object file: No such file");
    expect(() => expectVulkan(missing)).toThrow(
      expect.objectContaining({
        code: "no-adapter",
        message: expect.stringContaining("libvulkan1"),
      }),
    );
  });

  test("takes a library that opens but is no add-on for the loader", () => {
    expectVulkan(failWith("Module did not self-register: 'libvulkan.so.1'."));
    expectVulkan(() => {});
  });
});

describe("needsVulkan", () => {
  test("is so on Linux unless another driver is asked for", () => {
    expect(needsVulkan([], "linux")).toBe(true);
    expect(needsVulkan(["backend=vulkan"], "linux")).toBe(true);
    expect(needsVulkan(["backend=null"], "linux")).toBe(false);
    expect(needsVulkan([], "darwin")).toBe(false);
  });
});
