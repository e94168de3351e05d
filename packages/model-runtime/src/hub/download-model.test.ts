import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRandom } from "@sift-attention/testing/random";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubServer, startHubServer } from "../../test/hub-server.ts";
import type { LoadProgress } from "../open-options.ts";
import { listCachedModels, removeCachedModel } from "./cached-models.ts";
import { type DownloadModelOptions, downloadModel } from "./download-model.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const random = createRandom(7);
const weights = Uint8Array.from({ length: 300_000 }, () => random() * 256);
const text = (content: string) => ({ content: new TextEncoder().encode(content) });

let hub: HubServer;
let cache: string;
let waits: number[];

beforeEach(async () => {
  hub = await startHubServer("owner/tiny", {
    ".gitattributes": text("*"),
    "README.md": text("# Tiny"),
    "config.json": text('{"model_type":"llama"}'),
    "tokenizer.json": text("{}"),
    "generation_config.json": text("{}"),
    "pytorch_model.bin": { content: weights, large: true },
    "model.safetensors": { content: weights.slice(), large: true },
  });
  cache = mkdtempSync(join(tmpdir(), "sift-hub-"));
  waits = [];
});

afterEach(async () => {
  await hub.close();
  rmSync(cache, { recursive: true });
});

function download(
  id: string | URL = "owner/tiny",
  options: DownloadModelOptions = {},
): Promise<string> {
  const delay = async (ms: number) => void waits.push(ms);
  return downloadModel(id, {
    endpoint: hub.endpoint,
    cacheFolder: cache,
    delay,
    ...options,
    onProgress(progress) {
      hub.received(progress.item, progress.bytesDone);
      options.onProgress?.(progress);
    },
  });
}

const gets = () => hub.log.filter((line) => line.startsWith("GET") && line.includes("model.saf"));
const folder = () => join(cache, "hub", "owner--tiny", COMMIT);
const weightsPath = () => join(folder(), "model.safetensors");

function expectClean(): void {
  expect(readdirSync(folder()).filter((name) => /part|lock/.test(name))).toEqual([]);
}

describe("downloadModel", () => {
  test("fetches what opening needs and nothing else, and reports the bytes", async () => {
    const seen: LoadProgress[] = [];
    expect(await download("owner/tiny", { onProgress: (progress) => seen.push(progress) })).toBe(
      folder(),
    );
    expect(readdirSync(folder()).sort()).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
    ]);
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
    expect(seen.at(-1)).toEqual({
      stage: "download",
      item: "model.safetensors",
      bytesDone: 300_000,
      bytesTotal: 300_000,
    });
  });

  test("does not fetch again what is there", async () => {
    await download();
    hub.log.length = 0;
    await download();
    expect(hub.log).toEqual(["GET tiny/revision/main"]);
  });

  test("asks for no file beforehand where the list tells sizes and checksums, and checks them", async () => {
    hub.listsContents = true;
    await download();
    expect(hub.log.filter((line) => line.startsWith("HEAD"))).toEqual([]);
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
    rmSync(weightsPath());
    const forged = weights.map((byte) => byte ^ 1);
    hub.faults.push({ content: forged });
    await expect(download()).rejects.toMatchObject({ code: "checksum" });
    expect(existsSync(weightsPath())).toBe(false);
  });

  test("goes on where the connection dropped", async () => {
    hub.faults.push("none", "none", "none", { dropAfter: 100_000 }, { dropAfter: 50_000 });
    await download();
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
    const ranges = gets().map((line) => line.split(" ")[2] ?? "");
    // Each time to the Hub first, which redirects.
    const expected = ["", "", "bytes=100000-", "bytes=100000-", "bytes=150000-", "bytes=150000-"];
    expect(ranges).toEqual(expected);
    expect(waits).toEqual([500, 1000]);
    expectClean();
  });

  test("starts again from the front when the server ignores the range", async () => {
    hub.ignoresRange = true;
    hub.faults.push("none", "none", "none", { dropAfter: 100_000 });
    await download();
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
  });

  test("starts again from the front when the file has changed in between", async () => {
    const changed = weights.map((byte) => byte ^ 1);
    const before = (): void => {
      hub.files.get("model.safetensors")!.content = changed;
    };
    hub.faults.push("none", "none", "none", { dropAfter: 100_000, before });
    await download();
    expect(readFileSync(weightsPath()).equals(changed)).toBe(true);
  });

  test("goes on with what an earlier run left, and drops it when it is something else", async () => {
    const refusals = new Array(5).fill({ status: 503 });
    hub.faults.push("none", "none", "none", { dropAfter: 100_000 }, ...refusals);
    await expect(download()).rejects.toMatchObject({ code: "download" });
    hub.log.length = 0;
    await download();
    expect(gets().at(-1)).toMatch(/ bytes=100000-$/);
    rmSync(weightsPath());
    await writeFile(`${weightsPath()}.part`, weights.subarray(0, 1000));
    await writeFile(`${weightsPath()}.part.json`, '{"etag":"another"}');
    await download();
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
  });

  test("refuses bytes with another checksum and leaves nothing behind", async () => {
    hub.files.get("model.safetensors")!.etag = "0".repeat(64);
    await expect(download()).rejects.toMatchObject({
      code: "checksum",
      message: expect.stringContaining("0".repeat(64)),
    });
    expect(existsSync(weightsPath())).toBe(false);
  });

  test("fetches a damaged beginning once more", async () => {
    await download();
    const damaged = weights.slice(0, 1000).map((byte) => byte ^ 255);
    rmSync(weightsPath());
    await writeFile(`${weightsPath()}.part`, damaged);
    const { createHash } = await import("node:crypto");
    const etag = createHash("sha256").update(weights).digest("hex");
    await writeFile(`${weightsPath()}.part.json`, JSON.stringify({ etag }));
    await download();
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
  });

  test("gives up after six failures in a row, waiting longer each time", async () => {
    hub.faults.push(...new Array(6).fill({ status: 503 }));
    await expect(download()).rejects.toMatchObject({ code: "download" });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test("waits as long as a busy server asks", async () => {
    hub.faults.push({ status: 429, retryAfter: "7" });
    await download();
    expect(waits).toEqual([7000]);
  });

  test("takes a connection that stalls for a dropped one", async () => {
    hub.faults.push("none", "none", "none", { stallAfter: 100_000 });
    await download("owner/tiny", { stallMs: 100 });
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
  });

  test("stops in the middle of a stall when the signal fires", async () => {
    hub.faults.push("none", "none", "none", { stallAfter: 100_000 });
    const controller = new AbortController();
    const onProgress = ({ bytesDone }: LoadProgress): void => {
      if (bytesDone >= 100_000) controller.abort();
    };
    const stopped = download("owner/tiny", { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  });

  test("names what is missing", async () => {
    await expect(download("owner/nobody")).rejects.toMatchObject({ code: "missing-file" });
    hub.files.delete("tokenizer.json");
    await expect(download()).rejects.toMatchObject({
      code: "missing-file",
      message: expect.stringContaining("tokenizer.json"),
    });
  });

  test("says how to get at a gated model, and sends the token", async () => {
    hub.token = "secret";
    await expect(download()).rejects.toMatchObject({
      code: "download",
      message: expect.stringContaining("HF_TOKEN"),
    });
    expect(await download("owner/tiny", { token: "secret" })).toBe(folder());
  });

  test("fetches the shards that the index names", async () => {
    hub.files.delete("model.safetensors");
    const map = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
    hub.files.set("model.safetensors.index.json", text(JSON.stringify(map)));
    hub.files.set("model-1.safetensors", text("one"));
    hub.files.set("model-2.safetensors", text("two"));
    hub.files.set("model-3.safetensors", text("three"));
    await download();
    expect(readdirSync(folder()).filter((name) => name.startsWith("model-"))).toHaveLength(2);
  });

  test("fetches one GGUF file and resolves to it", async () => {
    hub.files.set("q8.gguf", text("GGUF8"));
    hub.files.set("sub/q4.gguf", text("GGUF4"));
    expect(await download("owner/tiny/sub/q4.gguf")).toBe(join(folder(), "sub", "q4.gguf"));
    hub.files.delete("config.json");
    await expect(download()).rejects.toMatchObject({ code: "bad-option" });
    hub.files.delete("sub/q4.gguf");
    expect(await download()).toBe(join(folder(), "q8.gguf"));
  });

  test("never writes outside its folder", async () => {
    for (const id of [
      "../tiny",
      "owner/..",
      "owner/tiny/../x.gguf",
      "owner/tiny@../main",
      "a/b/c",
    ]) {
      await expect(download(id)).rejects.toMatchObject({ code: "bad-option" });
    }
    hub.files.delete("model.safetensors");
    const map = { weight_map: { a: "../../../evil.safetensors" } };
    hub.files.set("model.safetensors.index.json", text(JSON.stringify(map)));
    hub.files.set("../../../evil.safetensors", text("evil"));
    await expect(download()).rejects.toMatchObject({ code: "download" });
    expect(existsSync(join(cache, "evil.safetensors"))).toBe(false);
  });

  test("two downloads of one model at a time both end well", async () => {
    hub.faults.push({ dropAfter: 1 }, { dropAfter: 1 }, "none", { dropAfter: 10 });
    await Promise.all([download(), download(), download()]);
    expect(readFileSync(weightsPath()).equals(weights)).toBe(true);
    expectClean();
  });

  test("takes over the lock of a process that is gone", async () => {
    await mkdir(folder(), { recursive: true });
    // Linux gives out no process id this large.
    await writeFile(`${weightsPath()}.lock`, `${hostname()} 99999999`);
    await writeFile(`${join(folder(), "config.json")}.lock`, "another-host 1");
    await download();
    expect(existsSync(`${weightsPath()}.lock`)).toBe(false);
    expect(existsSync(join(folder(), "config.json"))).toBe(true);
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
    await mkdir(dirname(weightsPath()), { recursive: true });
    symlinkSync("/dev/full", `${weightsPath()}.part`);
    await expect(download()).rejects.toMatchObject({
      code: "download",
      message: expect.stringContaining("disk is full"),
    });
  });

  test("hands out what was complete once when the Hub is out of reach", async () => {
    const path = await download();
    await hub.close();
    expect(await download()).toBe(path);
    await expect(download("owner/tiny@other")).rejects.toMatchObject({
      code: "download",
      message: expect.stringContaining("the connection failed (ECONNREFUSED); gave up"),
    });
  });
});

describe("downloadModel from a URL", () => {
  const folderUrl = () => `${hub.endpoint}/owner/tiny/resolve/${COMMIT}/`;

  test("fetches what a folder has of a model's files, and knows a changed file", async () => {
    const path = await download(folderUrl());
    const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    expect(readdirSync(path).sort()).toEqual(names);
    hub.log.length = 0;
    expect(await download(folderUrl())).toBe(path);
    expect(hub.log.every((line) => line.startsWith("HEAD"))).toBe(true);
    hub.files.get("config.json")!.content = new TextEncoder().encode("{}");
    const changed = await download(folderUrl());
    expect(changed).not.toBe(path);
    expect(readFileSync(join(changed, "config.json"), "utf8")).toBe("{}");
  });

  test("fetches the shards that a folder's index names", async () => {
    hub.files.delete("model.safetensors");
    const map = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
    hub.files.set("model.safetensors.index.json", text(JSON.stringify(map)));
    hub.files.set("model-1.safetensors", text("one"));
    hub.files.set("model-2.safetensors", text("two"));
    const path = await download(folderUrl());
    expect(readFileSync(join(path, "model-2.safetensors"), "utf8")).toBe("two");
  });

  test("fetches one .gguf file, and takes a page for a file that is not there", async () => {
    hub.files.set("q8.gguf", text("GGUF8"));
    const path = await download(new URL("q8.gguf", folderUrl()));
    expect(readFileSync(path, "utf8")).toBe("GGUF8");
    hub.missing = { contentType: "text/html; charset=utf-8" };
    await expect(download(`${folderUrl()}q4.gguf`)).rejects.toMatchObject({ code: "missing-file" });
  });

  test("takes URLs of the web only", async () => {
    await expect(download("file:///model.gguf")).rejects.toMatchObject({ code: "bad-option" });
    await expect(download("ftp://host/model.gguf")).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("listCachedModels and removeCachedModel", () => {
  const list = () => listCachedModels({ cacheFolder: cache });
  const remove = (id: string) => removeCachedModel(id, { cacheFolder: cache });

  test("name what is there and what is on its way", async () => {
    expect(await list()).toEqual([]);
    const refusals = new Array(6).fill({ status: 503 });
    hub.faults.push("none", "none", "none", { dropAfter: 100_000 }, ...refusals);
    await expect(download()).rejects.toMatchObject({ code: "download" });
    expect(await list()).toEqual([{ id: "owner/tiny", byteLength: 100_026, isComplete: false }]);
    await download();
    expect(await list()).toEqual([{ id: "owner/tiny", byteLength: 300_026, isComplete: true }]);
    expect(await remove("owner/tiny")).toBe(true);
    expect(await remove("owner/tiny")).toBe(false);
    expect(await list()).toEqual([]);
    expect(existsSync(folder())).toBe(false);
  });

  test("leave alone what another id needs", async () => {
    hub.files.set("q8.gguf", text("GGUF8"));
    hub.files.set("q4.gguf", text("GGUF4"));
    const kept = await download("owner/tiny/q8.gguf");
    const gone = await download("owner/tiny/q4.gguf");
    await remove("owner/tiny/q4.gguf");
    expect([existsSync(kept), existsSync(gone)]).toEqual([true, false]);
    expect(await list()).toEqual([{ id: "owner/tiny/q8.gguf", byteLength: 5, isComplete: true }]);
  });
});
