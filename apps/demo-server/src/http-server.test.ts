import { describe, expect, test } from "vitest";
import { createGate } from "../test/gate.ts";
import { openTestServer } from "../test/open-test-server.ts";
import { readEvents } from "../test/read-events.ts";
import { createScriptedModel } from "../test/scripted-model.ts";

const path = "/v1/completions";
const request = { prompt: "Once", max_tokens: 30, stream: true };

describe("close", () => {
  test("lets a running stream end, sends waiting and new requests away, then frees the port", async () => {
    const gate = createGate();
    const model = createScriptedModel({ beforeToken: () => gate.pass() });
    const { post, http, url } = await openTestServer({ model, limits: { drainMs: 20_000 } });
    const running = await post(path, request);
    await gate.reached;
    const waits = post(path, { ...request, stream: false });
    // A connection that is open already may still ask.
    await fetch(`${url}/health`);
    const closed = http.close();
    expect((await waits).status).toBe(503);
    gate.open();
    const events = readEvents(await running.text());
    expect(events.at(-1)!.data).toBe("[DONE]");
    await closed;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    expect(model.log.endedGenerations).toBe(1);
  });

  test("ends what still runs when the time is over, and says so in the stream", async () => {
    const model = createScriptedModel({ answer: "x".repeat(1e6), contextLength: 2e6 });
    const { post, http, errors } = await openTestServer({ model, limits: { drainMs: 20 } });
    const running = await post(path, { ...request, max_tokens: 1e6 });
    const [body] = await Promise.all([running.text(), http.close()]);
    const last = JSON.parse(readEvents(body).at(-1)!.data);
    expect(last).toMatchObject({ error: { code: "shutting_down" } });
    expect(model.log.endedGenerations).toBe(1);
    expect(errors).toEqual([]);
  });
});
