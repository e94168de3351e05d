import { describe, expect, test } from "vitest";
import { openTestServer } from "../../test/open-test-server.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

describe("POST /v1/completions", () => {
  test("continues a text by 16 tokens unless told otherwise", async () => {
    const { client } = await openTestServer();
    const completion = await client.completions.create({ model: "scripted", prompt: "Once" });
    expect(completion).toMatchObject({
      object: "text_completion",
      model: "scripted",
      choices: [{ index: 0, text: "The quick brown ", logprobs: null, finish_reason: "length" }],
      usage: { prompt_tokens: 4, completion_tokens: 16, total_tokens: 20 },
      timings: { prompt_n: 4 },
      sift: { warmup_steps: 4, sift_steps: 11 },
    });
    expect(completion.id).toMatch(/^cmpl-/);
  });

  test.each([
    ["text", "Once"],
    ["token ids", [79, 110, 99, 101]],
    ["a list of one text", ["Once"]],
    ["a list of one list of token ids", [[79, 110, 99, 101]]],
  ])("takes a prompt as %s", async (_, prompt) => {
    const model = createScriptedModel();
    const { post } = await openTestServer({ model });
    expect((await post("/v1/completions", { prompt })).status).toBe(200);
    expect(model.log.generations[0]!.prompt).toEqual([79, 110, 99, 101]);
  });

  test("streams text, then why it ended, then the usage", async () => {
    const { client } = await openTestServer();
    const stream = await client.completions.create({
      model: "scripted",
      prompt: "Once",
      max_tokens: 100,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("")).toBe(
      "The quick brown fox.",
    );
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 21 } });
  });

  test("gives log-probabilities in parallel lists, part of a character as its bytes", async () => {
    const { client } = await openTestServer({ model: createScriptedModel({ answer: "aéb" }) });
    const body = { model: "scripted", prompt: "Once", logprobs: 2 };
    const { choices } = await client.completions.create(body);
    expect(choices[0]!.logprobs).toEqual({
      tokens: ["a", "bytes:\\xc3", "bytes:\\xa9", "b"],
      token_logprobs: [-0.25, -0.25, -0.25, -0.25],
      top_logprobs: [
        { a: -0.25, b: -1.25 },
        { "bytes:\\xc3": -0.25, "bytes:\\xc4": -1.25 },
        { "bytes:\\xa9": -0.25, "bytes:\\xaa": -1.25 },
        { b: -0.25, c: -1.25 },
      ],
      text_offset: [0, 1, 1, 2],
    });
    const tokens = [];
    for await (const chunk of await client.completions.create({ ...body, stream: true })) {
      tokens.push(...(chunk.choices[0]!.logprobs?.tokens ?? []));
    }
    expect(tokens).toEqual(["a", "bytes:\\xc3", "bytes:\\xa9", "b"]);
  });
});
