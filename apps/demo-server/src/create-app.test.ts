import { describe, expect, test } from "vitest";
import { openTestServer } from "../test/open-test-server.ts";
import { createScriptedModel } from "../test/scripted-model.ts";
import { createApp } from "./create-app.ts";
import { defaultLimits } from "./server-limits.ts";

describe("routes", () => {
  test("GET /v1/models lists the one model, and OpenAI's client retrieves it", async () => {
    const { client } = await openTestServer();
    const { data } = await client.models.list();
    expect(data).toMatchObject([
      { id: "scripted", object: "model", owned_by: "sift-attention", context_length: 512 },
    ]);
    expect(await client.models.retrieve("scripted")).toEqual(data[0]);
    await expect(client.models.retrieve("org/other")).rejects.toMatchObject({ status: 404 });
  });

  test("GET /api/info says what the page has to know", async () => {
    const { url } = await openTestServer();
    const response = await fetch(`${url}/api/info`);
    expect(await response.json()).toEqual({
      model: "scripted",
      family: "llama",
      parameters: 1234,
      weightBytes: 2468,
      weightType: "f16",
      layers: 2,
      queryHeads: 4,
      kvHeads: 2,
      headDim: 2,
      contextLength: 512,
      backend: "cpu",
      backendDescription: "cpu, scripted",
      hasChatTemplate: true,
      defaults: {
        attention: {
          kind: "sift",
          quantile: 0.75,
          budget: "model",
          controls: "kept",
          warmup: 4,
          warmup_limit: 64,
          warmup_tolerance: 1,
          clock: "context-length",
          fit: "slope-prior",
          margin: "none",
          feedback: 1,
          lag: 3,
          max_dropped_mass: "none",
          floor_answer: "lower",
          drift: { slack: 0.05, limit: 3 },
          fallback: "none",
          dense_layers: [],
          dense_heads: [],
          dense_flatness: "none",
          dropped_mass: "mean-value",
          keep_first: 0,
          keep_last: 0,
        },
        temperature: 0.8,
        top_p: 1,
        top_k: 0,
        repetition_penalty: 1,
      },
    });
  });

  test("say 503 while the model loads and 200 after", async () => {
    const { url, host, served, post } = await openTestServer({ loading: true });
    for (const path of ["/health", "/v1/models", "/api/info"]) {
      const response = await fetch(`${url}${path}`);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("1");
      expect(response.headers.has("x-should-retry")).toBe(false);
      expect(await response.json()).toMatchObject({ error: { code: "model_loading" } });
    }
    expect((await post("/v1/completions", { prompt: "Once" })).status).toBe(503);
    host.open(served);
    const response = await fetch(`${url}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  test("that do not exist are 404, with a wrong method 405 and what is allowed", async () => {
    const { url } = await openTestServer();
    const missing = await fetch(`${url}/v1/embeddings`, { method: "POST" });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({
      error: {
        message: "There is nothing at POST /v1/embeddings.",
        type: "invalid_request_error",
        param: null,
        code: "not_found",
      },
    });
    const wrong = await fetch(`${url}/v1/chat/completions`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await wrong.json()).toMatchObject({ error: { code: "method_not_allowed" } });
    const deleted = await fetch(`${url}/v1/models/scripted`, { method: "DELETE" });
    expect(deleted.status).toBe(405);
  });
});

describe("createApp", () => {
  test.each([true, false])(
    "generates nothing for a client that left before its request was read (stream %s)",
    async (stream) => {
      const model = createScriptedModel();
      const { host, served } = await openTestServer({ model });
      const onError = () => {};
      const app = createApp({ host, page: new Map(), limits: defaultLimits, onError });
      const response = await app.request("/v1/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: "Once", stream }),
        signal: AbortSignal.abort(),
      });
      expect(response.status).toBe(499);
      expect(model.log.generations).toEqual([]);
      expect(served.queue.running).toBe(0);
    },
  );
});
