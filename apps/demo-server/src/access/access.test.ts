import { describe, expect, test } from "vitest";
import { openTestServer } from "../../test/open-test-server.ts";
import { sendRaw } from "../../test/raw-client.ts";
import { allowedHostNames } from "./check-origin.ts";

async function statusOf(port: number, head: string): Promise<number> {
  const raw = sendRaw(port, `${head}\r\nconnection: close\r\n\r\n`);
  return Number((await raw.closed).split(" ")[1]);
}

describe("an API key", () => {
  const apiKey = "correct horse battery staple";

  test.each(["/v1/models", "/v1/models/scripted", "/api/info", "/v1/unknown", "/%761/models"])(
    "is asked for at %s",
    async (path) => {
      const { url } = await openTestServer({ apiKey });
      const refused = await fetch(`${url}${path}`);
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toBe("Bearer");
      expect(await refused.json()).toMatchObject({
        error: { code: "invalid_api_key", type: "authentication_error" },
      });
      const wrong = await fetch(`${url}${path}`, { headers: { authorization: "Bearer wrong" } });
      expect(wrong.status).toBe(401);
      const right = await fetch(`${url}${path}`, {
        headers: { authorization: `bearer ${apiKey}` },
      });
      expect(right.status).toBe(path === "/v1/unknown" ? 404 : 200);
    },
  );

  test("is not asked for by /health and the page, and its refusal comes before the body is read", async () => {
    const { url, post } = await openTestServer({ apiKey });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await post("/v1/chat/completions", "{ not json")).status).toBe(401);
  });

  test("is sent by OpenAI's client", async () => {
    const { client } = await openTestServer({ apiKey });
    expect((await client.models.list()).data).toHaveLength(1);
  });
});

describe("a server on loopback", () => {
  test("answers to its own names alone, so that no web page can pass its domain off as this machine", async () => {
    const { port } = await openTestServer();
    const get = (host: string) => statusOf(port, `GET /health HTTP/1.1\r\nhost: ${host}`);
    expect(await get(`127.0.0.1:${port}`)).toBe(200);
    expect(await get("localhost")).toBe(200);
    expect(await get(`[::1]:${port}`)).toBe(200);
    expect(await get("evil.example")).toBe(403);
    expect(await get(`localhost.evil.example:${port}`)).toBe(403);
    expect(await get("a b")).toBe(400);
  });

  test("takes browsers' requests from its own page alone and never allows another site", async () => {
    const { url, post } = await openTestServer();
    const ask = (origin: string) => post("/v1/completions", { prompt: "Once" }, { origin });
    expect((await ask(url)).status).toBe(200);
    expect((await ask(url.replace("http:", "https:"))).status).toBe(200);
    for (const origin of ["http://evil.example", "null", "http://localhost:1"]) {
      const refused = await ask(origin);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ error: { code: "forbidden_origin" } });
      expect(refused.headers.has("access-control-allow-origin")).toBe(false);
    }
    const preflight = await fetch(`${url}/v1/completions`, { method: "OPTIONS" });
    expect(preflight.status).toBe(405);
    expect(preflight.headers.has("access-control-allow-origin")).toBe(false);
  });
});

describe("allowedHostNames", () => {
  test("knows loopback in all its spellings and leaves a network address open", () => {
    expect(allowedHostNames("127.0.0.2")).toContain("127.0.0.2");
    expect(allowedHostNames("::1")).toContain("[::1]");
    expect(allowedHostNames("LOCALHOST")).toEqual(["localhost", "127.0.0.1", "[::1]"]);
    expect(allowedHostNames("0.0.0.0")).toBeUndefined();
    expect(allowedHostNames("192.168.1.5")).toBeUndefined();
    expect(allowedHostNames("127.0.0.1.evil.example")).toBeUndefined();
  });
});
