import { createReadStream, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelPath } from "@sift-attention/tales-28m";
import OpenAI from "openai";
import { describe, expect, onTestFinished, test } from "vitest";
import { readEvents } from "../test/read-events.ts";
import { isBuilt, spawnCli } from "../test/spawn-cli.ts";
import type { ServerInfo, SiftEvent, SiftLawEvent, StepEvent } from "./live-events.ts";

const needsBuild = isBuilt ? "" : " (skipped: pnpm --filter @sift-attention/demo-server build)";
const address = /(http:\/\/\S+:\d+)/;

/** The live events of one chat of 16 tokens. */
async function readSiftEvents(
  url: string,
  messages: readonly object[],
): Promise<{ readonly steps: StepEvent[]; readonly laws: SiftLawEvent["laws"] }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      messages,
      max_tokens: 16,
      temperature: 0,
      stream: true,
      sift_events: true,
    }),
  });
  const events = readEvents(await response.text());
  const steps = events
    .filter(({ event }) => event === "sift")
    .map(({ data }) => JSON.parse(data) as SiftEvent)
    .filter((event) => event.phase !== "prefill");
  const law = JSON.parse(events.find(({ event }) => event === "sift-law")!.data) as SiftLawEvent;
  return { steps, laws: law.laws };
}

/** A server that plays the Hub with one repository, owner/tales, of one file; it counts how often that is fetched. */
async function playHub(): Promise<{ readonly url: string; bodies(): number }> {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const byteLength = statSync(modelPath()).size;
  let bodies = 0;
  const hub = createServer(({ method, url }, response) => {
    if (url?.split("?")[0] === "/api/models/owner/tales/revision/main") {
      response.end(JSON.stringify({ sha: commit, siblings: [{ rfilename: "tales.gguf" }] }));
    } else if (url === `/owner/tales/resolve/${commit}/tales.gguf`) {
      response.writeHead(200, { "content-length": byteLength, etag: '"one"' });
      if (method === "HEAD") return response.end();
      bodies++;
      createReadStream(modelPath()).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    hub.close();
  });
  const { port } = hub.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, bodies: () => bodies };
}

describe.skipIf(!isBuilt)(`node dist/cli.js${needsBuild}`, () => {
  test("prints its address in one line, chats, streams what sifting does, and ends well at SIGTERM", async () => {
    const cli = spawnCli(["--port", "0", "--warmup", "4"]);
    const url = await cli.until(address);
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);

    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
    const request = {
      model: "tales-28m",
      messages: [{ role: "user" as const, content: "Tell me a short story." }],
      max_tokens: 16,
      temperature: 0,
    };
    const stream = await client.chat.completions.create({ ...request, stream: true });
    let streamed = "";
    const chunks = [];
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta.content ?? "";
      chunks.push(chunk);
    }
    const whole = await client.chat.completions.create(request);
    expect(streamed.length).toBeGreaterThan(0);
    expect(whole.choices[0]!.message.content).toBe(streamed);
    expect(chunks.at(-1)).toMatchObject({
      choices: [{ finish_reason: "length" }],
      sift: { warmup_steps: 4, sift_steps: 11, kept_nominal: 0.25 },
    });

    const events = await readSiftEvents(url, request.messages);
    expect(events.steps.map(({ phase }) => phase)).toEqual([
      ...Array(4).fill("warmup"),
      ...Array(11).fill("sift"),
    ]);
    expect(events.laws).toHaveLength(64);
    expect(events.laws.every(({ x, quantiles }) => x.length === 4 && quantiles.length === 4)).toBe(
      true,
    );
    const skipped = events.steps.map(({ valueBytesSkipped }) => valueBytesSkipped);
    expect(skipped.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(skipped.slice(4).every((bytes) => bytes > 0)).toBe(true);

    cli.process.kill("SIGTERM");
    expect(await cli.ended).toBe(0);
    expect(cli.stdout()).toBe(`SiftAttention serves tales-28m at ${url}\n`);
  });

  test("says while it loads that it does, and where it stands", async () => {
    const cli = spawnCli(["--port", "0"]);
    const url = await cli.until(address);
    const info = (await (await fetch(`${url}/api/info`)).json()) as ServerInfo;
    expect(info).toMatchObject({
      model: "tales-28m",
      layers: 8,
      queryHeads: 8,
      kvHeads: 2,
      contextLength: 8192,
    });
    expect(cli.stderr()).toContain("Loading the weights …");
    cli.process.kill("SIGINT");
    expect(await cli.ended).toBe(0);
  });

  test.each([
    [["--port", "many"], {}, "--port"],
    [["--model", "./missing"], {}, "--model ./missing"],
    [["--context", "100000", "--port", "0"], {}, "8192"],
    [[], { SIFT_WARMUP: "1" }, "SIFT_WARMUP"],
  ])("exits with 2 and one line for %j %j", async (args, variables, said) => {
    const cli = spawnCli(args, variables);
    expect(await cli.ended).toBe(2);
    expect(cli.stdout()).toBe("");
    const lines = cli.stderr().trimEnd().split("\n");
    expect(lines.at(-1)).toMatch(/^error: /);
    expect(lines.at(-1)).toContain(said);
  });

  test.skipIf(process.platform === "win32")(
    "ends when npm's shell dies and leaves it behind",
    async () => {
      const cli = spawnCli(["--port", "0"], { npm_lifecycle_event: "start" }, { shell: true });
      await cli.until(address);
      cli.process.kill("SIGKILL");
      expect(await cli.ended).toBe("SIGKILL");
      expect(cli.stderr()).toContain("Stopping");
    },
  );

  test("downloads an id of the Hub, keeps it, and serves it under its name", async () => {
    const hub = await playHub();
    const cache = await mkdtemp(join(tmpdir(), "sift-cache-"));
    onTestFinished(() => rm(cache, { recursive: true }));
    const variables = { HF_ENDPOINT: hub.url, SIFT_CACHE: cache, SIFT_MODEL: "owner/tales" };
    for (const bodies of [1, 1]) {
      const cli = spawnCli(["--port", "0"], variables);
      const url = await cli.until(address);
      const info = (await (await fetch(`${url}/api/info`)).json()) as ServerInfo;
      expect(info).toMatchObject({ model: "owner/tales", layers: 8 });
      expect(cli.stderr()).toContain("Loading the weights …");
      expect(hub.bodies()).toBe(bodies);
      cli.process.kill("SIGTERM");
      expect(await cli.ended).toBe(0);
    }
  });

  test("exits with 1 for an id that the Hub does not know", async () => {
    const hub = await playHub();
    const cli = spawnCli(["--model", "owner/unknown", "--port", "0"], { HF_ENDPOINT: hub.url });
    expect(await cli.ended).toBe(1);
    expect(cli.stderr()).toMatch(/error: Cannot open owner\/unknown \(missing-file\): .+\n$/);
  });

  test("exits with 1 and the runtime's words for a model that cannot be opened", async () => {
    const notAModel = fileURLToPath(new URL(".", import.meta.url));
    const cli = spawnCli(["--port", "0", "--model", notAModel]);
    expect(await cli.ended).toBe(1);
    expect(cli.stdout()).toBe("");
    expect(cli.stderr()).toMatch(/error: Cannot open src \(missing-file\): .+\n$/);
  });

  test("exits with 1 and a way out when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      other.close();
    });
    const { port } = other.address() as AddressInfo;
    const cli = spawnCli([], { SIFT_PORT: String(port) });
    expect(await cli.ended).toBe(1);
    expect(cli.stderr()).toContain(`Port ${port} is taken`);
    expect(cli.stderr()).toContain("--port (0 picks a free one)");
  });
});
