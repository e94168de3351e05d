import { bundleForBrowser, runInBrowserGpu } from "@sift-attention/testing/browser-gpu";
import { beforeAll, describe, expect, test } from "vitest";
import type { BrowserFindings } from "./in-browser.fixture.ts";

const entry = new URL("./in-browser.fixture.ts", import.meta.url);

describe("in a browser", () => {
  let findings: BrowserFindings;
  beforeAll(async () => {
    findings = (await runInBrowserGpu(entry)) as BrowserFindings;
  });

  test("opens a device, computes and reads back", () => {
    expect(findings.isSoftware).toBe(true);
    expect(findings.scaled).toEqual([3, -6, 1.5]);
    expect(findings.liveBytes).toEqual([24, 0]);
  });

  test.each([
    [0, "shader-compile", /scale\.wgsl:\d+:20: error: unresolved value 'FACTORS'/],
    [1, "no-adapter", /expected a hardware adapter, got only .*software/],
    [2, "invalid-argument", /backend: expected no such option/],
    [3, "validation", /^submit: /],
    [4, "validation", /^uncaptured: /],
    [5, "device-lost", /^read scaled: .*destroyed/],
    [6, "device-lost", /^settled: .*destroyed/],
    [7, "device-lost", /^write input: .*destroyed/],
  ])("failure %i is %s", (index, code, message) => {
    expect(findings.errors[index]).toEqual([code, expect.stringMatching(message)]);
  });

  test("every call in flight is told of a loss", () => {
    expect(findings.codesAtLoss).toHaveLength(48);
    expect(new Set(findings.codesAtLoss)).toEqual(new Set(["device-lost"]));
  });
});

describe("a bundle for browsers", () => {
  test("has neither Dawn nor anything of Node in it", async () => {
    const code = await bundleForBrowser(new URL("./index.ts", import.meta.url));
    expect(code).toContain("expected navigator.gpu, got none");
    expect(code).not.toMatch(/\b(?:from|import)\s*\(?\s*["']/);
  });
});
