import { describe, expect, test } from "vitest";
import { createGate } from "../../test/gate.ts";
import { openTestServer } from "../../test/open-test-server.ts";
import { readEvents } from "../../test/read-events.ts";
import { createScriptedModel } from "../../test/scripted-model.ts";

const request = { prompt: "Once upon a time in the west", max_tokens: 9, stream: true };

describe("sift_events", () => {
  test("follow the prompt chunk by chunk and each token but the first", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", { ...request, sift_events: true });
    const events = readEvents(await response.text())
      .filter(({ event }) => event !== undefined)
      .map(({ event, data }) => ({ event, ...JSON.parse(data) }));
    expect(events.map(({ event, phase, step }) => [event, phase, step])).toEqual([
      ["sift", "prefill", undefined],
      ["sift", "prefill", undefined],
      ["sift", "warmup", 1],
      ["sift", "warmup", 2],
      ["sift", "warmup", 3],
      ["sift", "warmup", 4],
      ["sift-law", undefined, undefined],
      ["sift", "sift", 5],
      ["sift", "sift", 6],
      ["sift", "sift", 7],
      ["sift", "sift", 8],
    ]);
    expect(events[0]).toEqual({ event: "sift", phase: "prefill", tokensDone: 16, tokensTotal: 28 });
  });

  test("say for every layer and head what was kept, rounded", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", { ...request, sift_events: true });
    const events = readEvents(await response.text()).filter(({ event }) => event === "sift");
    const quarter = Array(4).fill(0.25);
    expect(JSON.parse(events.at(-1)!.data)).toEqual({
      phase: "sift",
      step: 8,
      contextLength: 36,
      tokensPerSecond: 50,
      kept: [quarter, quarter],
      union: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      droppedMass: [Array(4).fill(0.0313), Array(4).fill(0.0313)],
      logThresholds: [[null, -4.321, -4.321, -4.321], Array(4).fill(-4.321)],
      valueBytesRead: 576,
      valueBytesSkipped: 576,
    });
    expect(JSON.parse(events[2]!.data).quantiles).toEqual([
      Array(4).fill(0.01235),
      Array(4).fill(0.01235),
    ]);
  });

  test("give the law of every head with its observations", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", { ...request, sift_events: true });
    const law = readEvents(await response.text()).find(({ event }) => event === "sift-law");
    const { laws } = JSON.parse(law!.data);
    expect(laws).toHaveLength(8);
    expect(laws[5]).toEqual({
      layer: 1,
      head: 1,
      logScale: -2.346,
      exponent: 1,
      rSquared: 0.9,
      residualStd: 0.01,
      x: [10, 11, 12],
      quantiles: [0.01, 0.009, 0.008],
    });
  });

  test("are never seen by a client that does not ask", async () => {
    const { post } = await openTestServer();
    const response = await post("/v1/completions", request);
    const events = readEvents(await response.text());
    expect(events.every(({ event }) => event === undefined)).toBe(true);
    expect(events.at(-1)!.data).toBe("[DONE]");
  });
});

describe("a stream's pings", () => {
  test("are comments that come while the prompt is read and leave no trace in the events", async () => {
    const gate = createGate();
    const model = createScriptedModel({ beforeChunk: () => gate.pass() });
    const { post } = await openTestServer({ model, limits: { pingMs: 5 } });
    const response = await post("/v1/completions", request);
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toMatch(/^(: ping\n\n)+$/);
    gate.open();
    let rest = "";
    for (;;) {
      const { done, value: bytes } = await reader.read();
      if (done) break;
      rest += new TextDecoder().decode(bytes);
    }
    expect(readEvents(rest).at(-1)!.data).toBe("[DONE]");
  });
});
