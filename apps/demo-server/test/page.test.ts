import { openModel } from "@sift-attention/model-runtime";
import { modelPath } from "@sift-attention/tales-28m";
import { launchChromium } from "@sift-attention/testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { formatBytes } from "../page/src/format/format-number.ts";
import { type BuiltPage, buildPage } from "../page/test/built-page.ts";
import { openTab } from "../page/test/watched-tab.ts";
import type { SiftSummary } from "../src/live-events.ts";
import { readPageFiles } from "../src/routes/page-files.ts";
import { openTestServer } from "./open-test-server.ts";

let browser: Browser;
let built: BuiltPage;

beforeAll(async () => {
  [browser, built] = await Promise.all([launchChromium(), buildPage()]);
});

afterAll(async () => {
  await browser?.close();
  await built?.remove();
});

const run = (page: Page): Promise<void> => page.getByRole("button", { name: "Run" }).click();
const finished = (page: Page): Promise<void> =>
  page.locator(".notice-good").waitFor({ timeout: 25_000 });

/** What a run left on the screen, apart from its speed. */
async function readNumbers(page: Page): Promise<readonly (string | null)[]> {
  const texts = [".prose", "#bytes-read", "#bytes-skipped", "#law .formula", ".heat-box"];
  return Promise.all(texts.map((where) => page.locator(where).textContent()));
}

describe("the page on the real server", () => {
  test("works under its content policy and adds up the bytes that the server reports", async () => {
    const { url, post } = await openTestServer({ page: await readPageFiles(built.folder) });
    const { page, complaints } = await openTab(browser, url);
    await page.getByRole("textbox", { name: "Prompt" }).fill("Once");
    await page.getByLabel("Warmup steps").fill("4");
    await run(page);
    await finished(page);
    expect(await page.locator(".prose").textContent()).toBe("OnceThe quick brown fox.");
    const answer = await post("/v1/completions", { prompt: "Once", max_tokens: 240 });
    const { sift } = (await answer.json()) as { readonly sift: SiftSummary };
    expect(sift.value_bytes_skipped).toBeGreaterThan(0);
    const shown = (id: string) => page.locator(id).textContent();
    expect(await shown("#bytes-read")).toBe(formatBytes(sift.value_bytes_read));
    expect(await shown("#bytes-skipped")).toBe(formatBytes(sift.value_bytes_skipped));
    expect(complaints).toEqual([]);
  });

  test("asks for the server's key and goes on with it", async () => {
    const { url } = await openTestServer({
      page: await readPageFiles(built.folder),
      apiKey: "open sesame",
    });
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    await page.getByLabel("API key").fill("open sesame");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("scripted", { exact: true }).waitFor();
    await run(page);
    await finished(page);
  });

  test("runs tales-28m in this browser: the same text, laws and bytes as on the server", async () => {
    const model = await openModel(modelPath());
    onTestFinished(() => model.dispose());
    const { url } = await openTestServer({ model, page: await readPageFiles(built.folder) });
    const { page, complaints } = await openTab(browser, url);
    await page.getByLabel("Warmup steps").fill("8");
    await page.getByLabel("Max tokens").fill("24");
    await run(page);
    await finished(page);
    const onServer = await readNumbers(page);

    await page.getByRole("radio", { name: "In this browser" }).check();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByText("This browser computes on").waitFor({ timeout: 25_000 });
    await page.getByText(/^tales-28m 30\.4/).waitFor();
    await run(page);
    await page.getByText("in this browser", { exact: true }).waitFor();
    await finished(page);
    expect(await readNumbers(page)).toEqual(onServer);

    await page.getByRole("button", { name: "Remove tales-28m from this browser" }).click();
    await page.getByText(/^tales-28m 30\.4/).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  test("a model that is being opened in this browser can be cancelled and opened again", async () => {
    const { url } = await openTestServer({ page: await readPageFiles(built.folder) });
    const { page } = await openTab(browser, url);
    let reached = () => {};
    const asked = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await page.context().route("**/*.gguf", () => reached());
    await page.getByRole("radio", { name: "In this browser" }).check();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await asked;
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.context().unrouteAll({ behavior: "ignoreErrors" });
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByText("This browser computes on").waitFor({ timeout: 25_000 });
  });

  test("shows tales-28m sifting: each head keeps its own share, and a law is fitted", async () => {
    const model = await openModel(modelPath());
    onTestFinished(() => model.dispose());
    const { url } = await openTestServer({ model, page: await readPageFiles(built.folder) });
    const { page, complaints } = await openTab(browser, url);
    await page.getByLabel("Warmup steps").fill("8");
    await page.getByLabel("Max tokens").fill("32");
    await run(page);
    await finished(page);
    const kept = (await page.locator("[data-head]").allTextContents()).map(Number);
    expect(kept).toHaveLength(64);
    expect(new Set(kept).size).toBeGreaterThan(8);
    expect(Math.max(...kept)).toBeLessThanOrEqual(100);
    expect(await page.locator("#law .formula").textContent()).toMatch(/θ\(x\) = .+now θ = /);
    expect(complaints).toEqual([]);
  });
});
