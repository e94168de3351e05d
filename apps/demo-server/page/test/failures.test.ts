import { launchChromium } from "@sift-attention/testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createFixtureBehaviour, type FixtureBehaviour } from "../fixture/fixture-handler.ts";
import { openPageServer, type PageServer } from "../fixture/page-server.ts";
import { type BuiltPage, buildPage } from "./built-page.ts";
import { createTurnstile, isStep, type Turnstile } from "./turnstile.ts";
import { openTab } from "./watched-tab.ts";

let browser: Browser;
let built: BuiltPage;

beforeAll(async () => {
  [browser, built] = await Promise.all([launchChromium(), buildPage()]);
});

afterAll(async () => {
  await browser?.close();
  await built?.remove();
});

interface Bench {
  readonly page: Page;
  readonly behaviour: FixtureBehaviour;
  readonly server: PageServer;
  readonly turnstile: Turnstile;
}

async function openBench(): Promise<Bench> {
  const turnstile = createTurnstile();
  const behaviour = createFixtureBehaviour(turnstile.pace);
  const server = await openPageServer(built.folder, behaviour);
  onTestFinished(() => server.close());
  const { page } = await openTab(browser, server.url);
  return { page, behaviour, server, turnstile };
}

const run = (page: Page): Promise<void> => page.getByRole("button", { name: "Run" }).click();

describe("a failure", () => {
  test("of a busy server says when to try again", async () => {
    const { page, behaviour } = await openBench();
    behaviour.refusal = {
      status: 429,
      headers: { "retry-after": "2" },
      body: {
        error: { message: "The queue is full.", type: "rate_limit_error", code: "queue_full" },
      },
    };
    await run(page);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toBe(
      "The server is busy. The queue is full. Try again in 2 s.",
    );
    behaviour.refusal = undefined;
    await run(page);
    await page.locator(".notice-good").waitFor();
    expect(await alert.count()).toBe(0);
  });

  test("of a refused request shows the server's words and the field", async () => {
    const { page, behaviour } = await openBench();
    const message = "expected at most 2; got 9.";
    behaviour.refusal = { status: 400, body: { error: { message, param: "temperature" } } };
    await run(page);
    const text = await page.getByRole("alert").textContent();
    expect(text).toBe(`The server refused the request. ${message} Field: temperature.`);
  });

  test("of a prompt that is too long is shown as such", async () => {
    const { page, behaviour } = await openBench();
    const message = "prompt: the prompt has 9000 tokens, the context holds 8192, answer included.";
    behaviour.refusal = {
      status: 400,
      body: { error: { message, param: "prompt", code: "context_length_exceeded" } },
    };
    await run(page);
    expect(await page.getByRole("alert").textContent()).toBe(
      `The prompt does not fit the context. ${message}`,
    );
  });

  test("in the middle of a stream keeps the text and says that the server is gone", async () => {
    const { page, server, turnstile } = await openBench();
    const inWarmup = turnstile.holdAt(isStep(20));
    await run(page);
    await inWarmup;
    await expect.poll(() => page.locator(".token").count()).toBe(21);
    await server.close();
    expect(await page.getByRole("alert").textContent()).toContain("The server does not answer.");
    expect(await page.locator(".token").count()).toBe(21);
    await page.locator('.facts[data-state="failed"]').waitFor();
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    turnstile.release();
  });

  test("of the whole server shows in the header, and the run button waits for it", async () => {
    const { page, server } = await openBench();
    await server.close();
    await run(page);
    await page.locator('.facts[data-state="failed"]').waitFor();
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
  });

  test("of a model that cannot be opened in this browser says so, and the server goes on", async () => {
    const { page, server } = await openBench();
    await page.getByRole("radio", { name: "In this browser" }).check();
    await page.getByLabel("Model", { exact: true }).fill(`${server.url}none.gguf`);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain("There is no such model.");
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    await page.getByRole("radio", { name: "On the server" }).check();
    expect(await alert.count()).toBe(0);
    await run(page);
    await page.locator(".notice-good").waitFor();
  });

  test("passes when the server is back", async () => {
    const { page, server } = await openBench();
    await server.close();
    await run(page);
    await page.locator('.facts[data-state="failed"]').waitFor();
    const again = await openPageServer(
      built.folder,
      createFixtureBehaviour(async () => {}),
      server.port,
    );
    onTestFinished(() => again.close());
    await page.locator('.facts[data-state="ready"]').waitFor();
    await run(page);
    await page.locator(".notice-good").waitFor();
  });
});
