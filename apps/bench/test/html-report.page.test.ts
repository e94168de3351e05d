import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launchChromium } from "@sift-attention/testing/chromium";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlReport } from "../src/report/html/html-report.ts";

const names = ["kernels-h200.json", "quality-tales-28m.json", "law-tales-28m.json"];

/** Boxes that a reader cannot reach: wider than the page, or text over text. */
const FAULTS = `(() => {
  const page = document.documentElement;
  const faults = page.scrollWidth > innerWidth ? ["the page is " + page.scrollWidth + " wide"] : [];
  for (const article of document.querySelectorAll("article")) {
    const drawings = [...article.querySelectorAll(".drawing")].filter((each) => each.checkVisibility());
    if (drawings.length !== 1) faults.push(article.id + " shows " + drawings.length + " drawings");
    const box = article.getBoundingClientRect();
    for (const part of article.querySelectorAll(".table, .drawing")) {
      if (!part.checkVisibility()) continue;
      const { left, right, top, bottom } = part.getBoundingClientRect();
      const isInside = left >= box.left && right <= box.right + 1 && top >= box.top && bottom <= box.bottom;
      if (!isInside) faults.push(article.id + ": " + part.className + " leaves its frame");
    }
    const size = Math.min(...[...article.querySelectorAll("svg text")]
      .filter((text) => text.textContent && text.checkVisibility())
      .map((text) => text.getBoundingClientRect().height));
    if (size < 10) faults.push(article.id + ": letters of " + size + " pixels");
  }
  return faults;
})()`;

describe("the page in a browser", () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let folder: string;
  let address: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
    const path = join(folder, "report.html");
    const files = names.map((name) => ({
      name,
      text: readFileSync(new URL(`../results/${name}`, import.meta.url), "utf8"),
    }));
    writeFileSync(path, htmlReport(files));
    address = pathToFileURL(path).href;
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [800, "light"],
    [390, "light"],
    [360, "dark"],
  ] as const)(
    "at %i pixels, %s: nothing is cut off, asked for or complained of",
    async (width, colorScheme) => {
      const page = await browser.newPage({
        viewport: { width, height: 900 },
        colorScheme,
        javaScriptEnabled: true,
      });
      const heard: string[] = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", (error) => heard.push(error.message));
      page.on("request", (request) => {
        if (request.url() !== address) heard.push(request.url().slice(0, 100));
      });
      await page.goto(address);
      expect(await page.evaluate(FAULTS)).toEqual([]);
      expect(heard).toEqual([]);
      await page.close();
    },
    60_000,
  );

  test("each file can be taken out of the page as it was", async () => {
    const page = await browser.newPage();
    await page.goto(address);
    for (const name of names) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click(`a[download="${name}"]`),
      ]);
      expect(download.suggestedFilename()).toBe(name);
      const taken = readFileSync((await download.path())!, "utf8");
      expect(taken).toBe(readFileSync(new URL(`../results/${name}`, import.meta.url), "utf8"));
    }
    await page.close();
  }, 60_000);

  test("on paper: dark becomes light, tables are whole", async () => {
    const page = await browser.newPage({ colorScheme: "dark" });
    await page.goto(address);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(`getComputedStyle(document.body).color`)).toBe("rgb(20, 32, 29)");
    const hidden = await page.evaluate(
      `[...document.querySelectorAll(".table")].filter((each) => each.scrollHeight > each.clientHeight + 1).length`,
    );
    expect(hidden).toBe(0);
    await page.close();
  }, 60_000);
});
