import { bundleForBrowser, runInBrowserGpu } from "@sift-attention/testing/browser-gpu";
import { beforeAll, describe, expect, test } from "vitest";
import type { BrowserFindings } from "./in-browser.fixture.ts";

const entry = new URL("./in-browser.fixture.ts", import.meta.url);

describe("in a browser", () => {
  let findings: BrowserFindings;
  beforeAll(async () => {
    findings = (await runInBrowserGpu(entry)) as BrowserFindings;
  }, 120_000); // compiling takes its time in software

  test("full and sifted attention agree with the oracle", () => {
    expect(findings.isSoftware).toBe(true);
    expect(findings.complaints).toEqual([]);
  });

  test("other keys than the expected ones are noticed", () => {
    expect(findings.planted).toContainEqual(expect.stringContaining("kept"));
    expect(findings.planted).toContainEqual(expect.stringContaining("output"));
  });
});

describe("a bundle for browsers", () => {
  test("has the shaders and nothing of Node in it", async () => {
    const code = await bundleForBrowser(new URL("./index.ts", import.meta.url));
    expect(code).toContain("var<storage, read_write> score_stats");
    expect(code).not.toMatch(/\b(?:from|import)\s*\(?\s*["']/);
  });
});
