import { launchChromium } from "@sift-attention/testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createFixtureBehaviour } from "../fixture/fixture-handler.ts";
import { openPageServer } from "../fixture/page-server.ts";
import { findLowContrast, findUnnamed, readOverflow } from "./audit-page.ts";
import { type BuiltPage, buildPage } from "./built-page.ts";
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

async function openPage(options: Parameters<typeof openTab>[2]): Promise<Page> {
  const server = await openPageServer(
    built.folder,
    createFixtureBehaviour(async () => {}),
  );
  onTestFinished(() => server.close());
  const { page } = await openTab(browser, server.url, options);
  return page;
}

async function finishRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run" }).click();
  await page.locator(".notice-good").waitFor({ timeout: 20_000 });
}

describe("the page", () => {
  test.each([360, 390, 768, 1024, 1280, 1600])(
    "fits a window of %i pixels, empty and filled",
    async (width) => {
      const page = await openPage({ viewport: { width, height: 800 } });
      expect(await readOverflow(page)).toBe(0);
      await finishRun(page);
      expect(await readOverflow(page)).toBe(0);
    },
  );

  test.each([360, 800, 1280])(
    "fits a window of %i pixels when the model runs in this browser",
    async (width) => {
      const page = await openPage({ viewport: { width, height: 800 } });
      await page.getByRole("radio", { name: "In this browser" }).check();
      await page.getByText("The model is downloaded once").waitFor();
      expect(await readOverflow(page)).toBe(0);
      expect(await findLowContrast(page)).toEqual([]);
      expect(await findUnnamed(page)).toEqual([]);
    },
  );

  test.each(["light", "dark"] as const)(
    "has enough contrast in %s colours",
    async (colorScheme) => {
      const page = await openPage({ colorScheme });
      expect(await findLowContrast(page)).toEqual([]);
      await page.getByRole("radio", { name: "Kept", exact: true }).check();
      await finishRun(page);
      expect(await findLowContrast(page)).toEqual([]);
      await page.getByRole("radio", { name: "Dropped mass" }).check();
      expect(await findLowContrast(page)).toEqual([]);
    },
  );

  test("the contrast check finds text that is too pale", async () => {
    const page = await openPage({});
    await page.evaluate(() => {
      document.querySelector<HTMLElement>(".brand p")!.style.color = "#999";
    });
    expect(await findLowContrast(page)).toHaveLength(1);
  });

  test("names every control and keeps its headings in order", async () => {
    const page = await openPage({});
    await finishRun(page);
    expect(await findUnnamed(page)).toEqual([]);
  });

  test("can be worked by keyboard alone", async () => {
    const page = await openPage({});
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      "Skip to the prompt",
    );
    await page.keyboard.press("Enter");
    await page.getByLabel("Prompt", { exact: true }).focus();
    await page.keyboard.type("And then ");
    await page.keyboard.press("Control+Enter");
    await page.locator(".notice-good").waitFor({ timeout: 20_000 });
  });

  test("remembers a chosen theme before its first paint", async () => {
    const page = await openPage({ colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    const button = page.getByRole("button", { name: /^Theme/ });
    await button.click();
    expect(await paper()).toBe(light);
    await button.click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload({ waitUntil: "commit" });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset.theme))
      .toBe("dark");
    expect(await paper()).toBe(dark);
  });

  test("moves nothing for those who ask for less motion", async () => {
    const page = await openPage({ reducedMotion: "reduce" });
    await finishRun(page);
    const moving = await page.evaluate(
      () => document.getAnimations().filter(({ playState }) => playState === "running").length,
    );
    expect(moving).toBe(0);
  });
});
