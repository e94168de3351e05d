import { describe, expect, test, vi } from "vitest";
import { createGate } from "../../test/gate.ts";
import { openTestServer } from "../../test/open-test-server.ts";
import { sendRaw, writePost } from "../../test/raw-client.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

const path = "/v1/completions";
const request = { prompt: "Once upon a time in the west", max_tokens: 400, stream: true };
const waiting = { timeout: 10_000, interval: 5 };

describe("a client that goes away", () => {
  test.each([true, false])(
    "in the middle of the text ends the generation within a token (stream %s)",
    async (stream) => {
      const gate = createGate();
      const model = createScriptedModel({
        beforeToken: (step) => (step === 5 ? gate.pass() : undefined),
      });
      const { port, served, client, errors } = await openTestServer({ model });
      const raw = sendRaw(port, writePost(path, { ...request, stream }));
      await gate.reached;
      raw.socket.destroy();
      await vi.waitUntil(() => model.log.generations[0]!.options.signal!.aborted, waiting);
      gate.open();
      await vi.waitUntil(() => model.log.endedGenerations === 1, waiting);
      expect(model.log.tokens).toBe(4);
      expect(errors).toEqual([]);
      expect(served.queue.running).toBe(0);
      const next = await client.completions.create({ model: "scripted", prompt: "Once" });
      expect(next.choices[0]!.text).toBe("The quick brown ");
    },
  );

  test("while the prompt is read ends it within a chunk", async () => {
    const gate = createGate();
    const chunks: number[] = [];
    const model = createScriptedModel({
      beforeChunk(tokensDone) {
        chunks.push(tokensDone);
        return tokensDone === 16 ? gate.pass() : undefined;
      },
    });
    const { port, served } = await openTestServer({ model });
    const raw = sendRaw(port, writePost(path, { ...request, prompt: "x".repeat(300) }));
    await gate.reached;
    raw.socket.destroy();
    await vi.waitUntil(() => model.log.generations[0]!.options.signal!.aborted, waiting);
    gate.open();
    await vi.waitUntil(() => served.queue.running === 0, waiting);
    expect(chunks).toEqual([0, 16]);
    expect([model.log.tokens, model.log.endedGenerations]).toEqual([0, 1]);
  });

  test("while it waits gives its place up without a session", async () => {
    const gate = createGate();
    const model = createScriptedModel({ beforeToken: () => gate.pass() });
    const { port, served } = await openTestServer({ model });
    const running = sendRaw(port, writePost(path, request));
    await gate.reached;
    const leaving = sendRaw(port, writePost(path, request));
    await vi.waitUntil(() => served.queue.waiting === 1, waiting);
    leaving.socket.destroy();
    await vi.waitUntil(() => served.queue.waiting === 0, waiting);
    expect(model.log.sessions).toHaveLength(1);
    gate.open();
    await running.until("[DONE]");
    running.socket.destroy();
  });

  test("by OpenAI's own abort", async () => {
    const model = createScriptedModel({ answer: "x".repeat(400) });
    const { client, served } = await openTestServer({ model });
    const stream = await client.completions.create({ model: "scripted", ...request, stream: true });
    let read = 0;
    for await (const _ of stream) {
      if (++read === 3) break;
    }
    await vi.waitUntil(() => served.queue.running === 0, waiting);
    expect(model.log.endedGenerations).toBe(1);
  });
});

describe("a client that reads slowly", () => {
  const endless = { answer: "x".repeat(60_000), contextLength: 100_000 };
  const body = { ...request, max_tokens: 60_000, logprobs: 5 };

  test("holds the generation back instead of filling the memory", async () => {
    const model = createScriptedModel(endless);
    const { port } = await openTestServer({ model });
    const raw = sendRaw(port, writePost(path, body));
    raw.socket.pause();
    await vi.waitUntil(() => model.log.tokens > 0, waiting);
    // The generation has stopped when a while of turns of the event loop brings no more tokens.
    let before = -1;
    await vi.waitUntil(
      () => {
        const isStill = before === model.log.tokens;
        before = model.log.tokens;
        return isStill;
      },
      { timeout: 20_000, interval: 300 },
    );
    expect(before).toBeLessThan(60_000);
    raw.socket.resume();
    await vi.waitUntil(() => model.log.tokens > before, waiting);
    raw.socket.destroy();
    await vi.waitUntil(() => model.log.endedGenerations === 1, waiting);
  });

  test("is given up after a while", async () => {
    const model = createScriptedModel(endless);
    const { port, served } = await openTestServer({ model, limits: { stallMs: 50 } });
    const raw = sendRaw(port, writePost(path, body));
    raw.socket.pause();
    await vi.waitUntil(() => model.log.endedGenerations === 1, { ...waiting, timeout: 20_000 });
    expect(served.queue.running).toBe(0);
    expect(model.log.tokens).toBeLessThan(60_000);
    raw.socket.destroy();
  });
});

describe("a full queue", () => {
  test("is answered with 429 and a time to retry, and drains afterwards", async () => {
    const gate = createGate();
    const model = createScriptedModel({ beforeToken: () => gate.pass() });
    const { post, served, client } = await openTestServer({ model, waiting: 1 });
    const running = post(path, { ...request, stream: false });
    await gate.reached;
    const waits = post(path, { ...request, stream: false });
    await vi.waitUntil(() => served.queue.waiting === 1, waiting);
    const refused = await post(path, request);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get("x-should-retry")).toBeNull();
    expect(await refused.json()).toMatchObject({ error: { code: "queue_full" } });
    await expect(client.completions.create({ model: "scripted", prompt: "a" })).rejects.toThrow(
      /429/,
    );
    gate.open();
    expect([(await running).status, (await waits).status]).toEqual([200, 200]);
  });
});

describe("an error in the middle of a stream", () => {
  test("is the last event; the server goes on", async () => {
    let fails = true;
    const model = createScriptedModel({
      beforeToken(step) {
        if (fails && step === 4) throw new Error("the device is gone");
      },
    });
    const { client, errors, post } = await openTestServer({ model });
    const read = async () => {
      let text = "";
      const stream = await client.completions.create({
        model: "scripted",
        ...request,
        stream: true,
      });
      for await (const chunk of stream) text += chunk.choices[0]?.text ?? "";
      return text;
    };
    const body = await (await post(path, request)).text();
    expect(body).toMatch(/data: \{"error":\{"message":"The server failed[^\n]+\n\n$/);
    expect(body).not.toContain("[DONE]");
    await expect(read()).rejects.toThrow("The server failed");
    expect(errors).toEqual([new Error("the device is gone"), new Error("the device is gone")]);
    fails = false;
    expect(await read()).toBe("The quick brown fox.");
  });
});
