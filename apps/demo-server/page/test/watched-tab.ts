import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** A tab whose complaints are kept. */
export interface WatchedTab {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, and requests to other origins. */
  readonly complaints: string[];
}

/** Opens an address in a fresh browser context that closes with the test. */
export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedTab> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    // A model's threads in this browser come from the page itself, as blobs.
    if (
      !request
        .url()
        .replace(/^blob:/, "")
        .startsWith(url)
    )
      complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await page.getByText("Model", { exact: true }).waitFor();
  return { page, complaints };
}

/** The headline of the phase that the page shows as running. */
export function activePhase(page: Page): Promise<string | null> {
  return page.locator(".phase[aria-current] .phase-name").textContent();
}
