import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTestServer } from "../test/open-test-server.ts";
import { parseCommandLine } from "./start/parse-command-line.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Path and body of every curl command. */
const curls = [
  ...readme.matchAll(/curl (?:-N )?http:\/\/[^/]+(\S+)[^']+'[^']+'[^']+-d '([^']+)'/g),
];

/** First and second cell of every row of a table whose first cell is code. */
const rows = [...readme.matchAll(/^\| `([^`]+)` \| `?([^`|]*)`? \|/gm)];

describe("README", () => {
  test("lists every flag of the help text with its variable, and no other", () => {
    let help = "";
    parseCommandLine(["--help"], {
      out(text) {
        help += text;
      },
      err() {},
    });
    const flags = [...help.replaceAll(/\s+/g, " ").matchAll(/ (--[\w-]+) <.*?env: (\w+)\)/g)];
    const listed = rows.filter(([, cell]) => cell!.startsWith("--"));
    expect(listed.map(([, flag, variable]) => [flag, variable])).toEqual(
      flags.map(([, flag, variable]) => [flag, variable]),
    );
    expect(flags).toHaveLength(13);
  });

  test.each(curls.map(([, path, body]) => [path!, body!]))("%s takes %s", async (path, body) => {
    const { post } = await openTestServer();
    const response = await post(path, body);
    expect(response.status).toBe(200);
    const isStream = response.headers.get("content-type")!.startsWith("text/event-stream");
    expect(isStream).toBe(JSON.parse(body).stream === true);
    await response.text();
  });

  test("names endpoints that exist", async () => {
    const page = new Map([["/", { byteLength: 0, read: () => new Uint8Array(), headers: {} }]]);
    const { url } = await openTestServer({ page });
    const endpoints = rows.flatMap(([, cell]) => [...cell!.matchAll(/^(GET|POST) (\S+)$/g)]);
    expect(endpoints).toHaveLength(6);
    for (const [, method, path] of endpoints) {
      const { status } = await fetch(`${url}${path}`, { method: method! });
      expect([200, 415], `${method} ${path}`).toContain(status);
    }
  });

  test("has three examples", () => {
    expect(curls).toHaveLength(3);
  });
});
