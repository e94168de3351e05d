import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { bundleOps } from "../../scripts/bundle-ops.mjs";
import { createCpuOps } from "./create-cpu-ops.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("createCpuOps", () => {
  test("takes WebAssembly by itself, plain TypeScript when asked", async () => {
    const auto = await createCpuOps({ threads: 2 });
    expect([auto.description, auto.threads]).toEqual(["WebAssembly SIMD, 2 threads", 2]);
    const plain = await createCpuOps({ kind: "plain", threads: 2 });
    expect([plain.description, plain.threads]).toEqual(["plain TypeScript, 1 thread", 1]);
    await auto.dispose();
  });

  test("falls back to plain TypeScript and says why", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const ops = await createCpuOps();
    expect(ops.description).toBe("plain TypeScript, 1 thread (cpu: no WebAssembly here)");
    await expect(createCpuOps({ kind: "wasm" })).rejects.toMatchObject({ code: "no-backend" });
  });

  test("runs on one thread where memory cannot be shared", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const ops = await createCpuOps({ kind: "wasm", threads: 4 });
    expect(ops.description).toBe("WebAssembly SIMD, 1 thread (no SharedArrayBuffer)");
    const x = ops.allocate(4);
    x.floats()[0] = 21;
    ops.add(x, x, 1);
    expect(x.floats()[0]).toBe(42);
    await ops.dispose();
  });

  test("runs on fewer threads where workers do not start", async () => {
    const { getBuiltinModule } = process;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((id: string) =>
      id === "node:worker_threads"
        ? {
            Worker: class {
              constructor() {
                throw new Error("no workers today");
              }
            },
          }
        : getBuiltinModule.call(process, id)) as typeof getBuiltinModule);
    const ops = await createCpuOps({ kind: "wasm", threads: 3 });
    vi.restoreAllMocks();
    expect(ops.description).toBe("WebAssembly SIMD, 1 thread (no workers today)");
    await ops.dispose();
  });

  test("refuses a number of threads that is none", async () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      await expect(createCpuOps({ threads })).rejects.toMatchObject({ code: "bad-option" });
    }
  });

  test("an aborted start is an error with its code, whatever kind", async () => {
    const signal = AbortSignal.abort();
    for (const kind of ["auto", "wasm"] as const) {
      await expect(createCpuOps({ kind, signal })).rejects.toMatchObject({ code: "aborted" });
    }
  });
});

describe("a process that uses CpuOps", () => {
  let outDir: string;
  beforeAll(async () => {
    outDir = await bundleOps("create-cpu-ops-test");
  });

  /** Exit code, or null when it had to be killed. */
  function run(body: string): number | null {
    const { href } = pathToFileURL(`${outDir}/create-cpu-ops.js`);
    const program = `import { createCpuOps } from ${JSON.stringify(href)};
      const ops = await createCpuOps({ kind: "wasm", threads: 3 });
      const x = ops.allocate(400_000);
      ops.add(x, x, 100_000);
      ${body}`;
    const options = { timeout: 15_000, encoding: "utf8" } as const;
    const result = spawnSync(process.execPath, ["--input-type=module", "--eval", program], options);
    expect(result.stderr).toBe("");
    return result.status;
  }

  test("exits by itself when it forgets to dispose", () => {
    expect(run("")).toBe(0);
  });

  test("exits by itself after disposing, with the threads gone", () => {
    const counted = `await ops.dispose();
      process.exitCode = process.getActiveResourcesInfo().includes("MessagePort") ? 3 : 0;`;
    expect(run(counted)).toBe(0);
  });

  test("exits when told to while threads sleep", () => {
    expect(run("setTimeout(() => process.exit(7), 50);")).toBe(7);
  });
});
