import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { bundleForBrowser } from "@sift-attention/testing/browser-gpu";
import { launchChromium } from "@sift-attention/testing/chromium";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ModelSource, openModel } from "../src/index.ts";
import type { LoadProgress } from "../src/open-options.ts";
import {
  type Context,
  openTab,
  type PageServer,
  startPageServer,
  type Tab,
} from "./browser-tab.ts";
import { type HubServer, startHubServer } from "./hub-server.ts";
import { tinyFolder } from "./tiny-files.ts";

const tales = fileURLToPath(new URL("../../tales-28m/model/tales-28m.q8_0.gguf", import.meta.url));
const random = createRandom(11);
const weights = Uint8Array.from({ length: 300_000 }, () => random() * 256);
const text = (content: string) => ({ content: new TextEncoder().encode(content) });
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let browser: Awaited<ReturnType<typeof launchChromium>>;
let server: PageServer;
let hub: HubServer;
let context: Context;
let tab: Tab;

beforeAll(async () => {
  const entry = new URL("./browser-hub.fixture.ts", import.meta.url);
  const [code, launched] = await Promise.all([bundleForBrowser(entry), launchChromium()]);
  browser = launched;
  server = await startPageServer(code, tales);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  hub = await startHubServer("owner/tiny", {
    "README.md": text("# Tiny"),
    "config.json": text('{"model_type":"llama"}'),
    "tokenizer.json": text("{}"),
    "model.safetensors": { content: weights, large: true },
  });
  hub.listsContents = true;
  // Each test has a file system of its own.
  context = await browser.newContext();
  tab = await open();
});

afterEach(async () => {
  await context.close();
  await hub.close();
});

/** Eight tokens of greedy decoding. */
async function generateInNode(source: ModelSource): Promise<readonly number[]> {
  const model = await openModel(source);
  const session = await model.createSession({ contextLength: 64 });
  const tokens: number[] = [];
  const options = { maxTokens: 8, temperature: 0 };
  for await (const { id } of session.generate("Once upon a time", options)) tokens.push(id);
  await model.dispose();
  return tokens;
}

const received = ({ item, bytesDone }: LoadProgress): void => hub.received(item, bytesDone);
const open = (): Promise<Tab> => openTab(context, server.url, received);
const task = (more: object = {}) =>
  ({ kind: "download", id: "owner/tiny", endpoint: hub.endpoint, ...more }) as const;
const gets = (): string[] =>
  hub.log.filter((line) => line.startsWith("GET") && line.includes("model.saf"));
const whole = { "model.safetensors": sha256(weights) };
const list = async (): Promise<unknown> => (await tab.run("worker", { kind: "list" })).value;

describe.each(["worker", "page"] as const)("downloadModel in a %s", (place) => {
  test("keeps the files, and fetches nothing again", async () => {
    expect((await tab.run(place, task())).value).toMatchObject(whole);
    expect(await list()).toEqual([{ id: "owner/tiny", byteLength: 300_024, isComplete: true }]);
    hub.log.length = 0;
    expect((await tab.run(place, task())).value).toMatchObject(whole);
    expect(hub.log).toEqual(["GET tiny/revision/main"]);
  });

  test("goes on where the connection dropped", async () => {
    hub.faults.push("none", "none", { dropAfter: 100_000 }, { dropAfter: 50_000 });
    expect((await tab.run(place, task())).value).toMatchObject(whole);
    const ranges = gets().map((line) => line.split(" ")[2] ?? "");
    // Each time to the Hub first, which redirects to another origin.
    const expected = ["", "", "bytes=100000-", "bytes=100000-", "bytes=150000-", "bytes=150000-"];
    expect(ranges).toEqual(expected);
  });

  test("stops when the signal fires, and goes on from there the next time", async () => {
    hub.faults.push("none", "none", { stallAfter: 150_000 });
    const stopped = await tab.run(place, task({ abortAt: 150_000 }));
    expect(stopped.error?.code).toBe("aborted");
    expect(await list()).toMatchObject([{ byteLength: 150_024, isComplete: false }]);
    expect((await tab.run(place, task())).value).toMatchObject(whole);
    expect(gets().at(-1)).toMatch(/ bytes=150000-$/);
  });

  test("refuses bytes with another checksum, and drops them", async () => {
    hub.faults.push("none", "none", { content: weights.map((byte) => byte ^ 1) });
    const { error } = await tab.run(place, task());
    expect(error).toMatchObject({
      code: "checksum",
      message: expect.stringContaining(sha256(weights)),
    });
    expect(await list()).toMatchObject([{ byteLength: 24, isComplete: false }]);
  });

  test("says what is asked and what is lent before it fetches a byte", async () => {
    const estimate = { usage: 900_000, quota: 1_000_000 };
    const { error } = await tab.run(place, task({ estimate }));
    expect(error).toEqual({
      code: "quota",
      message:
        "owner/tiny: expected 0.3 MB more in the browser's storage, it lends 0.1 MB (0.9 MB of 1.0 MB are used); remove cached models or free space on the disk; what came is kept",
    });
    expect(hub.log).toEqual(["GET tiny/revision/main"]);
  });

  test("calls storage that runs full by its name, and keeps what came", async () => {
    const full = await tab.run(place, task({ fullAfter: 200_000 }));
    expect(full.error).toMatchObject({
      code: "quota",
      message: expect.stringContaining("what came is kept"),
    });
    expect((await tab.run(place, task())).value).toMatchObject(whole);
    expect(gets().at(-1)).toMatch(/ bytes=\d{5,6}-$/);
  });
});

describe("downloadModel in a browser", () => {
  test("a tab that was closed leaves what it had", async () => {
    hub.faults.push("none", "none", { stallAfter: 200_000 });
    const reached = new Promise<void>((resolve) => {
      hub.doomed.push({ file: "model.safetensors", position: 200_000, drop: resolve });
    });
    tab.run("worker", task()).catch(() => undefined);
    await reached;
    await tab.close();
    tab = await open();
    expect((await tab.run("worker", task())).value).toMatchObject(whole);
    expect(gets().at(-1)).toMatch(/ bytes=200000-$/);
  });

  test("two tabs fetch it once, and both have it", async () => {
    const other = await open();
    const outcomes = await Promise.all([tab.run("worker", task()), other.run("page", task())]);
    for (const { value } of outcomes) expect(value).toMatchObject(whole);
    // One to the Hub, one to where it redirects.
    expect(gets()).toHaveLength(2);
  });

  test("a changed model takes the place of the old one", async () => {
    await tab.run("worker", task());
    const changed = weights.map((byte) => byte ^ 2);
    hub.files.get("model.safetensors")!.content = changed;
    hub.commit = "f".repeat(40);
    expect((await tab.run("worker", task())).value).toMatchObject({
      "model.safetensors": sha256(changed),
    });
    expect(await list()).toEqual([{ id: "owner/tiny", byteLength: 300_024, isComplete: true }]);
  });

  test("removes what is not wanted any more", async () => {
    await tab.run("page", task());
    const remove = { kind: "remove", id: "owner/tiny" } as const;
    expect((await tab.run("page", remove)).value).toBe(true);
    expect((await tab.run("page", remove)).value).toBe(false);
    expect(await list()).toEqual([]);
    await tab.run("page", task());
    expect(gets()).toHaveLength(4);
  });

  test("hands out what was complete once when the Hub is out of reach", async () => {
    await tab.run("worker", task());
    await hub.close();
    expect((await tab.run("worker", task())).value).toMatchObject(whole);
  });
});

describe("openModel in a browser", () => {
  test("a worker opens tales-28m from its URL and writes what Node writes, later from its storage", async () => {
    const tokens = await generateInNode(tales);
    const source = `${server.url}tales-28m.q8_0.gguf`;
    const generate = { kind: "generate", source, maxTokens: 8 } as const;
    expect((await tab.run("worker", generate)).value).toMatchObject({ tokens });
    expect(server.log).toEqual(["HEAD", "GET"]);
    expect((await tab.run("worker", generate)).value).toMatchObject({ tokens });
    expect(server.log).toEqual(["HEAD", "GET", "HEAD"]);
  });

  test("a worker opens a model by its id on the Hub", async () => {
    const files = tinyFolder();
    const tokens = await generateInNode({ files });
    hub.files.clear();
    for (const [name, content] of files)
      hub.files.set(name, { content, large: content.length > 1e4 });
    await context.route("https://huggingface.co/**", async (route) => {
      const { pathname, search } = new URL(route.request().url());
      await route.fulfill({
        response: await route.fetch({ url: `${hub.endpoint}${pathname}${search}` }),
      });
    });
    const generate = { kind: "generate", source: "owner/tiny", maxTokens: 8 } as const;
    expect((await tab.run("worker", generate)).value).toMatchObject({ tokens });
    expect(await list()).toMatchObject([{ id: "owner/tiny", isComplete: true }]);
  });

  test("a worker writes the same on the browser's WebGPU", async () => {
    const tokens = await generateInNode(tales);
    const source = `${server.url}tales-28m.q8_0.gguf`;
    const generate = { kind: "generate", source, maxTokens: 8, onGpu: true } as const;
    const { value } = await tab.run("worker", generate);
    expect(value).toMatchObject({ tokens, backendDescription: expect.stringContaining("webgpu") });
  }, 300_000);

  test("a text that is no id and no URL is refused", async () => {
    const { error } = await tab.run("worker", {
      kind: "generate",
      source: "model.gguf",
      maxTokens: 1,
    });
    expect(error?.code).toBe("bad-option");
  });
});
