import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openTestServer } from "../../test/open-test-server.ts";
import { sendRaw } from "../../test/raw-client.ts";
import { readPageFiles } from "./page-files.ts";

/** A folder with a page, and a file beside it that must stay out of reach. */
async function createPage(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "sift-page-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, "page", "assets"), { recursive: true });
  await writeFile(join(root, "secret.txt"), "secret");
  await writeFile(join(root, "page", "index.html"), "<!doctype html><title>Sift</title>");
  await writeFile(join(root, "page", "assets", "main-abc123.js"), "console.info(1);");
  return join(root, "page");
}

describe("the page", () => {
  test("is served with its type, a policy that lets it talk to its server alone, and a tag", async () => {
    const { url } = await openTestServer({ page: await readPageFiles(await createPage()) });
    const response = await fetch(`${url}/`);
    expect(await response.text()).toBe("<!doctype html><title>Sift</title>");
    const { headers } = response;
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    const etag = headers.get("etag")!;
    const again = await fetch(`${url}/index.html`, { headers: { "if-none-match": `W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const other = await fetch(`${url}/`, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  test("has assets that are kept for ever, and answers HEAD", async () => {
    const { url } = await openTestServer({ page: await readPageFiles(await createPage()) });
    const response = await fetch(`${url}/assets/main-abc123.js`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(await response.text()).toBe("");
    expect((await fetch(`${url}/assets/main-abc123.js`, { method: "POST" })).status).toBe(405);
  });

  test("has large files that are read from disk, whole or from where a client stopped", async () => {
    const folder = await createPage();
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 31) >>> 4);
    await writeFile(join(folder, "assets", "model-abc123.gguf"), bytes);
    const { url } = await openTestServer({ page: await readPageFiles(folder) });
    const path = `${url}/assets/model-abc123.gguf`;
    const whole = await fetch(path);
    expect(whole.headers.get("content-length")).toBe("5000000");
    expect(Buffer.compare(Buffer.from(await whole.arrayBuffer()), bytes)).toBe(0);
    const etag = whole.headers.get("etag")!;
    const rest = await fetch(path, { headers: { range: "bytes=4999990-", "if-range": etag } });
    expect(rest.status).toBe(206);
    expect(rest.headers.get("content-range")).toBe("bytes 4999990-4999999/5000000");
    expect(new Uint8Array(await rest.arrayBuffer())).toEqual(bytes.slice(-10));
    expect((await fetch(path, { headers: { range: "bytes=5000000-" } })).status).toBe(416);
    const head = await fetch(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "5000000"]);
  });

  test("is isolated from other origins, and its scripts may compile and download models", async () => {
    const { url } = await openTestServer({ page: await readPageFiles(await createPage()) });
    const { headers } = await fetch(`${url}/assets/main-abc123.js`);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("content-security-policy")).toContain("'wasm-unsafe-eval'");
  });

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%5c..%5csecret.txt",
    "/%00",
    "/%ff",
    "//secret.txt",
    "/assets",
    "/assets/",
    "/__proto__",
  ])("does not lead out of its folder: %s", async (path) => {
    const { port } = await openTestServer({ page: await readPageFiles(await createPage()) });
    const raw = sendRaw(
      port,
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    const response = await raw.closed;
    expect(response).toMatch(/^HTTP\/1\.1 4(00|04) /);
    expect(response).toContain('"code":');
    expect(response).not.toContain("secret\r\n");
  });

  test("that is not built is replaced by how to build it; the API goes on", async () => {
    const page = await readPageFiles(join(tmpdir(), "sift-page-that-is-not-there"));
    const { url } = await openTestServer({ page });
    const response = await fetch(`${url}/`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await response.text()).toContain("pnpm --filter @sift-attention/demo-server build");
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  });
});
