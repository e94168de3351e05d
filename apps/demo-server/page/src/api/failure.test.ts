import { describe, expect, test } from "vitest";
import { describeError, failureOf } from "./failure.ts";

describe("describeError", () => {
  test("a 400 keeps the server's words and the field it names", () => {
    const body = {
      error: { message: "temperature: expected at most 2, got 9", param: "temperature" },
    };
    expect(describeError(400, body)).toEqual({
      kind: "refused",
      title: "The server refused the request",
      detail: "temperature: expected at most 2, got 9",
      param: "temperature",
    });
  });

  test("a 429 says when to try again", () => {
    const failure = describeError(429, { error: { message: "The queue is full." } }, "3");
    expect(failure.kind).toBe("busy");
    expect(failure.detail).toBe("The queue is full. Try again in 3 s.");
  });

  test("a prompt that is too long is told apart from other refusals", () => {
    const body = { error: { message: "9,000 of 8,192", code: "context_length_exceeded" } };
    expect(describeError(400, body).kind).toBe("context-full");
  });

  test.each([undefined, null, 7, "text", { error: null }, { error: { message: 4 } }])(
    "a body of %j falls back to the status",
    (body) => {
      expect(describeError(500, body)).toMatchObject({
        kind: "server",
        detail: "The server answered with status 500.",
      });
    },
  );
});

describe("failureOf", () => {
  test("survives a body that is not JSON", async () => {
    const failure = await failureOf(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(failure).toMatchObject({
      kind: "server",
      detail: "The server answered with status 502.",
    });
  });
});
