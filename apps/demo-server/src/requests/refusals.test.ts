import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { openTestServer } from "../../test/open-test-server.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

const messages = [{ role: "user", content: "Hello" }];
const long = "x".repeat(600);

const chatRefusals: readonly (readonly [param: string, code: string, fields: object])[] = [
  ["messages", "missing_required_parameter", { messages: null }],
  ["messages", "invalid_value", { messages: [] }],
  ["messages", "invalid_value", { messages: "Hello" }],
  ["messages[0]", "invalid_value", { messages: ["Hello"] }],
  ["messages[0].role", "invalid_value", { messages: [{ role: "tool", content: "1" }] }],
  ["messages[0].content", "missing_required_parameter", { messages: [{ role: "user" }] }],
  ["messages[0].content", "invalid_value", { messages: [{ role: "user", content: 5 }] }],
  [
    "messages[0].content[0].type",
    "invalid_value",
    { messages: [{ role: "user", content: [{ type: "image_url", text: "" }] }] },
  ],
  [
    "messages[0].name",
    "unknown_parameter",
    { messages: [{ role: "user", content: "", name: "Ada" }] },
  ],
  [
    "messages[0].tool_calls",
    "unsupported_parameter",
    { messages: [{ role: "assistant", content: "", tool_calls: [{}] }] },
  ],
  ["temperature", "invalid_value", { temperature: 3 }],
  ["temperature", "invalid_value", { temperature: "hot" }],
  ["top_p", "invalid_value", { top_p: 1.5 }],
  ["top_k", "invalid_value", { top_k: 1.5 }],
  ["min_p", "invalid_value", { min_p: -1 }],
  ["repetition_penalty", "invalid_value", { repetition_penalty: 0 }],
  ["presence_penalty", "invalid_value", { presence_penalty: 3 }],
  ["frequency_penalty", "invalid_value", { frequency_penalty: -3 }],
  ["max_tokens", "invalid_value", { max_tokens: 0 }],
  ["max_completion_tokens", "invalid_value", { max_tokens: 5, max_completion_tokens: 6 }],
  ["logit_bias.65", "invalid_value", { logit_bias: { 65: 101 } }],
  ["logit_bias", "invalid_value", { logit_bias: { 9999: 1 } }],
  ["stop", "invalid_value", { stop: ["a", "b", "c", "d", "e"] }],
  ["stop", "invalid_value", { stop: "" }],
  ["seed", "invalid_value", { seed: 1.5 }],
  ["stream", "invalid_value", { stream: "yes" }],
  ["stream_options", "invalid_value", { stream_options: { include_usage: true } }],
  ["stream_options.size", "unknown_parameter", { stream: true, stream_options: { size: 1 } }],
  ["sift_events", "invalid_value", { sift_events: true }],
  ["logprobs", "invalid_value", { logprobs: 5 }],
  ["top_logprobs", "invalid_value", { logprobs: true, top_logprobs: 21 }],
  ["top_logprobs", "invalid_value", { top_logprobs: 2 }],
  ["attention", "invalid_value", { attention: 5 }],
  ["attention", "invalid_value", { attention: "flash" }],
  ["attention.kind", "missing_required_parameter", { attention: {} }],
  ["attention.quantile", "invalid_value", { attention: { kind: "sift", quantile: 1 } }],
  ["attention.warmup", "invalid_value", { attention: { kind: "sift", warmup: 1 } }],
  ["attention.margin", "invalid_value", { attention: { kind: "sift", margin: 0.2 } }],
  ["attention.fraction", "invalid_value", { attention: { kind: "top-k", fraction: 0 } }],
  ["attention.sinks", "missing_required_parameter", { attention: { kind: "sliding-window" } }],
  ["attention.quantile", "unknown_parameter", { attention: { kind: "full", quantile: 0.5 } }],
  ["n", "unsupported_parameter", { n: 2 }],
  ["tools", "unsupported_parameter", { tools: [{ type: "function" }] }],
  ["tool_choice", "unsupported_parameter", { tool_choice: "required" }],
  ["audio", "unsupported_parameter", { audio: { voice: "alloy" } }],
  ["modalities", "unsupported_parameter", { modalities: ["text", "audio"] }],
  ["response_format", "unsupported_parameter", { response_format: { type: "json_object" } }],
  ["reasoning_effort", "unsupported_parameter", { reasoning_effort: "high" }],
  ["prediction", "unsupported_parameter", { prediction: { type: "content", content: "" } }],
  ["num_ctx", "unknown_parameter", { num_ctx: 4096 }],
];

const completionRefusals: typeof chatRefusals = [
  ["prompt", "missing_required_parameter", { prompt: null }],
  ["prompt", "invalid_value", { prompt: "" }],
  ["prompt", "unsupported_parameter", { prompt: ["a", "b"] }],
  ["prompt", "invalid_value", { prompt: [] }],
  ["prompt", "invalid_value", { prompt: [260] }],
  ["prompt[0]", "invalid_value", { prompt: [-1] }],
  ["logprobs", "invalid_value", { logprobs: 6 }],
  ["best_of", "unsupported_parameter", { best_of: 2 }],
  ["echo", "unsupported_parameter", { echo: true }],
  ["suffix", "unsupported_parameter", { suffix: "end" }],
  ["messages", "unknown_parameter", { messages }],
];

describe("a request that cannot be honoured", () => {
  test.each(chatRefusals)("chat: 400 names %s (%s, %j)", async (param, code, fields) => {
    const { post } = await openTestServer();
    const response = await post("/v1/chat/completions", { messages, ...fields });
    expect(response.status).toBe(400);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error).toMatchObject({ param, code, type: "invalid_request_error" });
    expect(error.message.startsWith(`${param}: `)).toBe(true);
  });

  test.each(completionRefusals)(
    "completion: 400 names %s (%s, %j)",
    async (param, code, fields) => {
      const { post } = await openTestServer();
      const response = await post("/v1/completions", { prompt: "Once", ...fields });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { param, code } });
    },
  );

  test("fields that ask for nothing, or that say nothing about the text, pass", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/chat/completions", {
      messages,
      n: 1,
      tools: [],
      tool_choice: "none",
      audio: null,
      modalities: ["text"],
      response_format: { type: "text" },
      temperature: null,
      stop: [],
      top_p: 0,
      logit_bias: {},
      store: true,
      metadata: { a: "b" },
      service_tier: "auto",
      safety_identifier: "x",
      prompt_cache_key: "x",
      verbosity: "low",
      parallel_tool_calls: false,
      stream: false,
      user: "someone",
    });
    expect(response.status).toBe(200);
  });

  test("a model that is not served is 404", async () => {
    const { client } = await openTestServer();
    const refused = client.chat.completions.create({
      model: "gpt-5",
      messages: [{ role: "user", content: "Hello" }],
    });
    await expect(refused).rejects.toThrow(OpenAI.NotFoundError);
    await expect(refused).rejects.toMatchObject({ code: "model_not_found", param: "model" });
  });

  test("a prompt longer than the context is refused with both numbers", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", { prompt: long });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error).toMatchObject({ code: "context_length_exceeded", param: "prompt" });
    expect(error.message).toMatch(/600 tokens.* 512/);
  });

  test("a prompt that leaves room for one token gets one token", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", { prompt: long.slice(0, 511) });
    expect(await response.json()).toMatchObject({
      choices: [{ text: "T", finish_reason: "length" }],
    });
  });

  test("a chat without a template is refused with the runtime's words", async () => {
    const { post } = await openTestServer({ model: createScriptedModel({ noChatTemplate: true }) });
    const response = await post("/v1/chat/completions", { messages });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: "there is no template" } });
  });

  test("a body that is not JSON, not an object, not UTF-8, of another type or too long", async () => {
    const { post, url } = await openTestServer({ limits: { bodyBytes: 1000 } });
    const path = "/v1/chat/completions";
    const cases = [
      [await post(path, '{"messages": ['), 400, "invalid_json"],
      [await post(path, "[1, 2]"), 400, "invalid_request"],
      [await post(path, ""), 400, "invalid_json"],
      [await post(path, "{}", { "content-type": "text/plain" }), 415, "unsupported_media_type"],
      [await post(path, { prompt: "x".repeat(1000) }), 413, "request_too_large"],
      [
        await fetch(`${url}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: Uint8Array.of(0x22, 0xff, 0x22),
        }),
        400,
        "invalid_json",
      ],
    ] as const;
    for (const [response, status, code] of cases) {
      expect(await response.json()).toMatchObject({ error: { code } });
      expect(response.status).toBe(status);
    }
  });

  test("a body that is too long is refused without its length being announced", async () => {
    const { url } = await openTestServer({ limits: { bodyBytes: 1000 } });
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(" ".repeat(600)));
      },
    });
    const refused = fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: chunks,
      duplex: "half",
    });
    expect((await refused).status).toBe(413);
  });

  test("the server's own failure is 500, keeps its words to itself and is reported", async () => {
    const model = createScriptedModel({
      beforeToken() {
        throw new Error("secret detail");
      },
    });
    const { post, errors } = await openTestServer({ model });
    const response = await post("/v1/chat/completions", { messages });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(errors).toEqual([new Error("secret detail")]);
    expect(model.log.endedGenerations).toBe(1);
  });
});
