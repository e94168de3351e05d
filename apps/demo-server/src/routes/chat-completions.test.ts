import { describe, expect, test } from "vitest";
import { openTestServer } from "../../test/open-test-server.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

const messages = [{ role: "user" as const, content: "Hello" }];
const request = { model: "scripted", messages };

describe("POST /v1/chat/completions", () => {
  test("answers whole, with usage, timings and what sifting kept", async () => {
    const { client } = await openTestServer();
    const completion = await client.chat.completions.create(request);
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: "scripted",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "The quick brown fox." },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 8,
        completion_tokens: 21,
        total_tokens: 29,
        prompt_tokens_details: { cached_tokens: 0 },
      },
      timings: { prompt_n: 8, prompt_ms: 40, prompt_per_second: 200, predicted_n: 21, cache_n: 0 },
      sift: {
        attention: { kind: "sift", quantile: 0.75, warmup: 4, dropped_mass: "mean-value" },
        kept_nominal: 0.25,
        kept_mean: 0.25,
        union_mean: 0.5,
        dropped_mass_mean: 0.03125,
        dropped_mass_max: 0.03125,
        warmup_steps: 4,
        sift_steps: 16,
      },
    });
    expect(completion.id).toMatch(/^chatcmpl-[0-9a-f]{24}$/);
    expect(Math.abs(completion.created - Date.now() / 1000)).toBeLessThan(60);
  });

  test("streams: the role first, then the text, then why it ended", async () => {
    const { client } = await openTestServer();
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: "assistant", content: "" });
    expect(chunks.map((chunk) => chunk.choices[0]!.delta.content ?? "").join("")).toBe(
      "The quick brown fox.",
    );
    expect(chunks.map((chunk) => chunk.choices[0]!.finish_reason)).toEqual([
      ...Array(21).fill(null),
      "stop",
    ]);
    expect(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size).toBe(1);
    expect(chunks.at(-1)).toMatchObject({ timings: { predicted_n: 21 }, sift: { sift_steps: 16 } });
    expect(chunks[0]).not.toHaveProperty("usage");
  });

  test("closes a stream with its usage when asked", async () => {
    const { client } = await openTestServer();
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 29 } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test("ends a stream with [DONE] and never splits a character", async () => {
    const model = createScriptedModel({ answer: "naïve 🦊 fox" });
    const { post } = await openTestServer({ model });
    const response = await post("/v1/chat/completions", { ...request, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const body = await response.text();
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
    const deltas = body
      .split("\n\n")
      .filter((event) => event.startsWith("data: {"))
      .map((event) => JSON.parse(event.slice(6)).choices[0].delta.content ?? "");
    expect(deltas.join("")).toBe("naïve 🦊 fox");
    expect(deltas.some((delta) => delta.includes("\ufffd"))).toBe(false);
    expect(deltas).toContain("🦊");
  });

  test("hands every sampling field on to the runtime", async () => {
    const model = createScriptedModel();
    const { post } = await openTestServer({ model });
    const response = await post("/v1/chat/completions", {
      ...request,
      max_completion_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      repetition_penalty: 1.1,
      presence_penalty: 0.1,
      frequency_penalty: -0.2,
      logit_bias: { "65": -100 },
      stop: ["\n", "END"],
      seed: 2 ** 32 + 5,
      n: 1,
      user: "someone",
      response_format: { type: "text" },
      tools: [],
      attention: { kind: "top-k", fraction: 0.1, dropped_mass: "renormalise" },
    });
    expect(response.status).toBe(200);
    const { signal, onPrefill, ...options } = model.log.generations[0]!.options;
    const completion = (await response.json()) as { choices: { finish_reason: string }[] };
    expect(completion.choices[0]!.finish_reason).toBe("length");
    expect(options).toEqual({
      maxTokens: 7,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      repetitionPenalty: 1.1,
      presencePenalty: 0.1,
      frequencyPenalty: -0.2,
      logitBias: new Map([[65, -100]]),
      stop: ["\n", "END"],
      seed: 5,
      attention: { kind: "top-k", fraction: 0.1, droppedMass: "renormalise" },
    });
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(onPrefill).toBeTypeOf("function");
  });

  test("stops before a stop string that spans tokens", async () => {
    const { client } = await openTestServer();
    const completion = await client.chat.completions.create({ ...request, stop: "brown" });
    expect(completion.choices[0]!.message.content).toBe("The quick ");
    expect(completion.choices[0]!.finish_reason).toBe("stop");
  });

  test("gives log-probabilities as OpenAI does, whole and streamed", async () => {
    const { client } = await openTestServer({ model: createScriptedModel({ answer: "aé" }) });
    const body = { ...request, logprobs: true, top_logprobs: 2 };
    const whole = await client.chat.completions.create(body);
    const content = whole.choices[0]!.logprobs!.content!;
    expect(content).toHaveLength(3);
    expect(content[0]).toEqual({
      token: "a",
      logprob: -0.25,
      bytes: [97],
      top_logprobs: [
        { token: "a", logprob: -0.25, bytes: [97] },
        { token: "b", logprob: -1.25, bytes: [98] },
      ],
    });
    expect(content[1]).toMatchObject({ token: "\ufffd", bytes: [0xc3] });
    const streamed = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
      streamed.push(...(chunk.choices[0]!.logprobs?.content ?? []));
    }
    expect(streamed).toEqual(content);
  });

  test("takes its own answer back as history, with content in parts", async () => {
    const model = createScriptedModel();
    const { client } = await openTestServer({ model });
    const { choices } = await client.chat.completions.create(request);
    await client.chat.completions.create({
      model: "scripted",
      messages: [
        {
          role: "developer",
          content: [
            { type: "text", text: "Be " },
            { type: "text", text: "kind" },
          ],
        },
        ...messages,
        choices[0]!.message,
        { role: "user", content: "More" },
      ],
    });
    expect(
      model.tokenizer.decode(model.log.generations[1]!.prompt, { keepSpecialTokens: true }),
    ).toBe(
      "<|system|>Be kind<|end|><|user|>Hello<|end|><|assistant|>The quick brown fox.<|end|><|user|>More<|end|><|assistant|>",
    );
  });

  test("gives the next turn of a chat the session that has read the turns before", async () => {
    const model = createScriptedModel();
    const { client } = await openTestServer({ model, slots: 2 });
    const ask = async (content: string) => {
      const messages = [{ role: "user" as const, content }];
      return (await client.chat.completions.create({ ...request, messages })).usage!;
    };
    await ask("Tell me of the sea");
    const turn = await ask("Tell me of the sea, and of ships");
    const held = 1 + "Tell me of the sea".length;
    expect(turn.prompt_tokens_details).toEqual({ cached_tokens: held });
    expect(model.log.sessions.map(({ contextLength }) => contextLength)).toEqual([512]);
  });

  test("fills a sift request up with the server's own settings", async () => {
    const model = createScriptedModel();
    const { post } = await openTestServer({ model, attention: { kind: "sift", quantile: 0.5 } });
    await post("/v1/chat/completions", { ...request, attention: { kind: "sift", warmup: 8 } });
    await post("/v1/chat/completions", { ...request, attention: "full" });
    await post("/v1/chat/completions", { ...request, attention: "top-k" });
    expect(model.log.generations.map(({ options }) => options.attention)).toEqual([
      expect.objectContaining({
        kind: "sift",
        quantile: 0.5,
        warmup: 8,
        droppedMass: "mean-value",
      }),
      { kind: "full" },
      { kind: "top-k", fraction: 0.25, droppedMass: "none" },
    ]);
  });
});
