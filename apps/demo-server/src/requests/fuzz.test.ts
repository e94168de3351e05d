import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { mutateText, mutateValue } from "../../test/mutate-json.ts";
import { openTestServer, type TestServer } from "../../test/open-test-server.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

const rounds = 400;

const seeds: readonly (readonly [path: string, body: object])[] = [
  [
    "/v1/chat/completions",
    {
      model: "scripted",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Hello" }] },
      ],
      temperature: 0.7,
      top_p: 0.9,
      max_tokens: 4,
      stop: ["END"],
      logit_bias: { "65": -1 },
      logprobs: true,
      top_logprobs: 1,
      stream: true,
      stream_options: { include_usage: true },
      attention: { kind: "sift", quantile: 0.5, warmup: 2, margin: "none" },
    },
  ],
  ["/v1/completions", { prompt: [79, 110, 99, 101], max_tokens: 4, logprobs: 1, seed: 7 }],
];

/** Every answer is a completion, or names what is wrong with the request. */
async function expectSane(server: TestServer, path: string, body: string): Promise<number> {
  const response = await server.post(path, body);
  const text = await response.text();
  if (response.status === 200) {
    const isStream = response.headers.get("content-type")!.startsWith("text/event-stream");
    if (isStream) expect(text, body).toMatch(/data: \[DONE\]\n\n$/);
    else expect(JSON.parse(text).choices, body).toHaveLength(1);
    return 200;
  }
  expect([400, 404], body).toContain(response.status);
  const { error } = JSON.parse(text);
  expect(error.message.length, body).toBeGreaterThan(0);
  expect(error.type, body).toBe("invalid_request_error");
  return response.status;
}

describe(`${rounds} mutations of good requests`, () => {
  test.each([1, 2, 3, 4])("never break the server (seed %i)", async (seed) => {
    const random = createRandom(seed);
    const model = createScriptedModel({ answer: "ok" });
    const server = await openTestServer({ model });
    const counts = { 200: 0, 400: 0, 404: 0 } as Record<number, number>;
    for (let round = 0; round < rounds / 4; round++) {
      const [path, good] = seeds[round % seeds.length]!;
      const mutated = JSON.stringify(mutateValue(good, random));
      const body = random() < 0.3 ? mutateText(mutated, random) : mutated;
      const status = await expectSane(server, path, body);
      counts[status]!++;
    }
    expect(server.errors).toEqual([]);
    expect(model.log.generations).toHaveLength(model.log.endedGenerations);
    expect(model.log.sessions).toHaveLength(1);
    expect(server.served.queue.running).toBe(0);
    // The mutations reach both sides of the door.
    expect(counts[200]).toBeGreaterThan(5);
    expect(counts[400]).toBeGreaterThan(20);
  });

  test("and a good request is still answered after bodies nested without end", async () => {
    const server = await openTestServer();
    const nested = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const fields = ["messages", "tools", "metadata", "attention", "stop", "other"];
    const bodies = fields.map((field) => `{"messages":[],"${field}":${nested}}`);
    for (const body of ["[".repeat(200_000), ...bodies]) {
      const response = await server.post("/v1/chat/completions", body);
      expect(response.status, body.slice(0, 40)).toBe(400);
    }
    expect(await expectSane(server, "/v1/completions", '{"prompt":"Once"}')).toBe(200);
  });
});
