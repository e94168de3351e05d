import { createReadStream } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { launchChromium } from "@sift-attention/testing/chromium";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleOps } from "../../scripts/bundle-ops.mjs";
import type { CpuOps } from "./cpu-ops.ts";
import type { CpuOpsOptions } from "./create-cpu-ops.ts";

const html = `<!doctype html><title>CpuOps</title><script type="module">
  import { createCpuOps } from "/create-cpu-ops.js";
  Object.assign(globalThis, { createCpuOps });
</script>`;

/** Serves the bundle; pages under /isolated may share memory with their workers. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith("/isolated")) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (path.endsWith(".js")) {
      response.setHeader("Content-Type", "text/javascript");
      createReadStream(`${folder}${path}`).pipe(response);
    } else {
      response.setHeader("Content-Type", "text/html");
      response.end(html);
    }
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** Runs in the page: two additions with time in between, so that workers fall asleep. */
async function compute(options: CpuOpsOptions): Promise<readonly unknown[]> {
  const page = globalThis as unknown as { createCpuOps(options: CpuOpsOptions): Promise<CpuOps> };
  const ops = await page.createCpuOps(options);
  const x = ops.allocate(4 * 100_000);
  x.floats().fill(1);
  ops.add(x, x, 100_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ops.add(x, x, 100_000);
  const isRight = x.floats().every((value) => value === 4);
  await ops.dispose();
  return [ops.description, isRight];
}

describe("createCpuOps in a browser", () => {
  let server: Server;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  beforeAll(async () => {
    server = await serve(await bundleOps("create-cpu-ops-browser-test"));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function computeAt(path: string, options: CpuOpsOptions): Promise<readonly unknown[]> {
    const page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${path}`);
    const result = await page.evaluate(compute, options);
    await page.close();
    return result;
  }

  test("threads share the work on a cross-origin isolated page", async () => {
    const result = await computeAt("/isolated", { kind: "wasm", threads: 3 });
    expect(result).toEqual(["WebAssembly SIMD, 3 threads", true]);
  });

  test("one thread does it all on any other page", async () => {
    const result = await computeAt("/", { kind: "wasm", threads: 3 });
    expect(result).toEqual(["WebAssembly SIMD, 1 thread (no SharedArrayBuffer)", true]);
  });

  test("auto uses the cores that the browser reports", async () => {
    const [description] = await computeAt("/isolated", {});
    expect(description).toMatch(/^WebAssembly SIMD, \d threads?$/);
  });
});
