import { launchChromium } from "@sift-attention/testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { SiftLawEvent, StepEvent } from "../../src/live-events.ts";
import { createFixtureBehaviour, type FixtureBehaviour } from "../fixture/fixture-handler.ts";
import { openPageServer } from "../fixture/page-server.ts";
import { type SimulatedRequest, simulateGeneration } from "../fixture/simulated-generation.ts";
import { formatBytes } from "../src/format/format-number.ts";
import { hasPaint, readOverflow } from "./audit-page.ts";
import { type BuiltPage, buildPage } from "./built-page.ts";
import { createTurnstile, isStep, type Turnstile } from "./turnstile.ts";
import { activePhase, openTab, type WatchedTab } from "./watched-tab.ts";

let browser: Browser;
let built: BuiltPage;

beforeAll(async () => {
  [browser, built] = await Promise.all([launchChromium(), buildPage()]);
});

afterAll(async () => {
  await browser?.close();
  await built?.remove();
});

interface Bench extends WatchedTab {
  readonly behaviour: FixtureBehaviour;
  readonly turnstile: Turnstile;
}

async function openBench(options: Parameters<typeof openTab>[2] = {}): Promise<Bench> {
  const turnstile = createTurnstile();
  const behaviour = createFixtureBehaviour(turnstile.pace);
  const server = await openPageServer(built.folder, behaviour);
  onTestFinished(() => server.close());
  const tab = await openTab(browser, server.url, options);
  return { ...tab, behaviour, turnstile };
}

const run = (page: Page): Promise<void> => page.getByRole("button", { name: "Run" }).click();
const choose = (page: Page, method: string): Promise<void> =>
  page.getByRole("radio", { name: method }).check();
const finished = (page: Page): Promise<void> =>
  page.locator(".notice-good").waitFor({ timeout: 20_000 });
const setField = (page: Page, label: string, value: number): Promise<void> =>
  page.getByLabel(label, { exact: true }).fill(String(value));

/** The events that the fixture sends for a request: it plays the same ones for the same request. */
function eventsOf<T>(request: SimulatedRequest | undefined, name: string): T[] {
  const blocks = [...simulateGeneration(request!)].filter((at) =>
    at.startsWith(`event: ${name}\n`),
  );
  return blocks.map((block) => JSON.parse(block.slice(block.indexOf("data: ") + 6)) as T);
}

const stepsOf = (request: SimulatedRequest | undefined): StepEvent[] =>
  eventsOf<StepEvent>(request, "sift").filter(({ phase }) => (phase as string) !== "prefill");

describe("a run", () => {
  test("goes through prefill, warmup and sift, and its text streams in", async () => {
    const { page, turnstile, complaints } = await openBench();
    await page.getByLabel("Prompt", { exact: true }).fill("Once upon a time. ".repeat(90));
    await setField(page, "Warmup steps", 8);
    await setField(page, "Max tokens", 40);
    const inPrefill = turnstile.holdAt((event) => event.includes('"tokensDone":386'));
    await run(page);
    await inPrefill;
    await expect.poll(() => activePhase(page)).toBe("Prefill");
    await expect
      .poll(() => page.locator(".phase-prefill .phase-count").textContent())
      .toBe("256 / 386");
    turnstile.release();

    const inWarmup = turnstile.holdAt(isStep(5));
    await inWarmup;
    await expect.poll(() => activePhase(page)).toBe("Warmup");
    await expect.poll(() => page.locator(".token").count()).toBe(6);
    turnstile.release();

    const inSift = turnstile.holdAt(isStep(20));
    await inSift;
    await expect.poll(() => activePhase(page)).toBe("Sift");
    await expect.poll(() => page.locator(".phase-sift .phase-count").textContent()).toBe("11 / 31");
    turnstile.release();

    await finished(page);
    expect(await page.locator(".token").count()).toBe(40);
    expect(await page.locator(".prose").textContent()).toContain(
      "The lamp in the upper window had",
    );
    expect(complaints).toEqual([]);
  });

  test("fills the heat map with the last step's kept fractions and unions", async () => {
    const { page, behaviour } = await openBench();
    await setField(page, "Max tokens", 80);
    await run(page);
    await finished(page);
    const last = stepsOf(behaviour.requests[0]).at(-1)!;
    const percent = (rows: StepEvent["kept"]) =>
      rows.flat().map((part) => `${Math.round(part * 100)}`);
    expect(await page.locator("[data-head]").allTextContents()).toEqual(percent(last.kept));
    expect(await page.locator("[data-union]").allTextContents()).toEqual(percent(last.union));
  });

  test("adds the value bytes of all steps up, read and skipped", async () => {
    const { page, behaviour } = await openBench();
    await setField(page, "Max tokens", 90);
    await run(page);
    await finished(page);
    const steps = stepsOf(behaviour.requests[0]);
    const sum = (read: (step: StepEvent) => number) => steps.reduce((all, at) => all + read(at), 0);
    const read = sum(({ valueBytesRead }) => valueBytesRead);
    const skipped = sum(({ valueBytesSkipped }) => valueBytesSkipped);
    expect(skipped).toBeGreaterThan(0);
    expect(await page.locator("#bytes-read").textContent()).toBe(formatBytes(read));
    expect(await page.locator("#bytes-skipped").textContent()).toBe(formatBytes(skipped));
    expect(await hasPaint(page, "#bytes", "--kept")).toBe(true);
    expect(await hasPaint(page, "#bytes", "--skipped")).toBe(true);
  });

  test("draws the law of the head that is chosen in the heat map", async () => {
    const { page, behaviour } = await openBench();
    await setField(page, "Max tokens", 80);
    expect(await hasPaint(page, "#law", "--warmup")).toBe(false);
    await run(page);
    await finished(page);
    for (const colour of ["--warmup", "--kept"])
      expect(await hasPaint(page, "#law", colour)).toBe(true);
    const [event] = eventsOf<SiftLawEvent>(behaviour.requests[0], "sift-law");
    const exponentOf = (layer: number, head: number) =>
      event!.laws.find((law) => law.layer === layer && law.head === head)!.exponent.toFixed(2);
    const formula = page.locator("#law .formula");
    expect(await formula.textContent()).toContain(exponentOf(0, 0));

    await page.getByRole("button", { name: "Layer 4, head 6:" }).click();
    expect(await page.locator("#law .tag").textContent()).toBe("layer 4, head 6");
    expect(await formula.textContent()).toContain(exponentOf(3, 5));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#law .tag").textContent()).toBe("layer 5, head 5");
    expect(await formula.textContent()).toContain(exponentOf(4, 4));
  });

  test("stops at once, keeps its text, and another can start", async () => {
    const { page, turnstile, behaviour } = await openBench();
    const inSift = turnstile.holdAt(isStep(70));
    await run(page);
    await inSift;
    await expect.poll(() => page.locator(".token").count()).toBe(71);
    await page.getByRole("button", { name: "Stop" }).click();
    await expect
      .poll(() => page.locator(".notice").textContent())
      .toBe("Stopped after 70 tokens. What was written stays.");
    expect(await page.locator(".token").count()).toBe(71);
    turnstile.release();
    await expect.poll(() => behaviour.aborted).toBe(1);
    await setField(page, "Max tokens", 5);
    await run(page);
    await finished(page);
    expect(await page.locator(".token").count()).toBe(5);
  });

  test("shows the numbers of the token under the pointer and of the one the arrow keys reach", async () => {
    const { page, behaviour } = await openBench();
    await setField(page, "Max tokens", 80);
    await run(page);
    await finished(page);
    const steps = stepsOf(behaviour.requests[0]);
    const firstCell = page.locator("[data-head]").first();
    await page.locator('.token[data-step="69"]').hover();
    expect(await page.locator(".readout-token").textContent()).toMatch(/^Step 70 /);
    expect(await firstCell.textContent()).toBe(String(Math.round(steps[69]!.kept[0]![0]! * 100)));
    await page.mouse.move(0, 0);
    expect(await firstCell.textContent()).toBe(String(Math.round(steps[78]!.kept[0]![0]! * 100)));
    await page.locator(".prose").focus();
    await page.keyboard.press("Home");
    expect(await page.locator(".readout-token").textContent()).toMatch(/^Step 1 /);
    await page.keyboard.press("ArrowRight");
    expect(await page.locator(".readout").textContent()).toMatch(/^Step 2 .*warmup/s);
  });

  test("does not shift what is on the screen while it streams", async () => {
    const { page } = await openBench({ viewport: { width: 1440, height: 1400 } });
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as LayoutShift).value);
      }).observe({ type: "layout-shift" });
      interface LayoutShift extends PerformanceEntry {
        readonly value: number;
      }
    });
    await run(page);
    await finished(page);
    const shifted = await page.evaluate(() => {
      const { shifts } = window as unknown as { readonly shifts: readonly number[] };
      return shifts.reduce((sum, value) => sum + value, 0);
    });
    expect(shifted).toBeLessThan(0.02);
  });
});

describe("the method switch", () => {
  test("full reads everything and has no warmup and no law", async () => {
    const { page, behaviour } = await openBench();
    await choose(page, "Full");
    await setField(page, "Max tokens", 12);
    await run(page);
    await finished(page);
    expect(behaviour.requests[0]?.attention).toEqual({ kind: "full" });
    expect(await page.locator(".phase-name").allTextContents()).toEqual(["Prefill", "Full"]);
    expect(await page.locator("#bytes-skipped").textContent()).toBe(formatBytes(0));
    expect(await page.locator(".plot-note").textContent()).toContain("Choose Sift");
  });

  test("top-k and sift send their settings, sift puts the mean value back unless told otherwise", async () => {
    const { page, behaviour } = await openBench();
    await setField(page, "Max tokens", 4);
    await page.getByRole("slider", { name: "Quantile" }).fill("0.9");
    await run(page);
    await finished(page);
    expect(behaviour.requests[0]?.attention).toMatchObject({
      kind: "sift",
      quantile: 0.9,
      warmup: 64,
      dropped_mass: "mean-value",
    });
    await choose(page, "Top-k");
    await page.getByRole("slider", { name: "Fraction" }).fill("0.1");
    await page
      .getByRole("combobox", { name: "Dropped mass" })
      .selectOption({ label: "Renormalise the kept" });
    await run(page);
    await expect.poll(() => behaviour.requests.length).toBe(2);
    expect(behaviour.requests[1]?.attention).toEqual({
      kind: "top-k",
      fraction: 0.1,
      dropped_mass: "renormalise",
    });
  });

  test("all three can be compared in the table, and a row brings its run back", async () => {
    const { page } = await openBench();
    await setField(page, "Max tokens", 80);
    await page.getByRole("button", { name: "Compare all three" }).click();
    const rows = page.locator(".runs tbody tr");
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(3);
    await finished(page);
    const names = await rows.locator("b").allTextContents();
    expect(names).toEqual(["Sift", "Top-k", "Full"]);
    expect(await rows.last().textContent()).toContain("nothing skipped");
    expect(await rows.first().textContent()).toContain("identical");
    await rows.last().getByRole("button").click();
    expect(await rows.last().getAttribute("aria-current")).toBe("true");
    expect(await page.locator(".phase-name").allTextContents()).toEqual(["Prefill", "Full"]);
    expect(await readOverflow(page)).toBe(0);
  });
});

describe("examples", () => {
  test("the pass key is hidden in a long prompt, and the verdict says whether it was found", async () => {
    const { page, behaviour } = await openBench();
    await page.getByRole("button", { name: "Find the pass key" }).click();
    await run(page);
    await finished(page);
    const prompt = behaviour.requests[0]?.messages?.[0]?.content ?? "";
    const key = /The pass key is (\d{5})\./.exec(prompt)?.[1];
    expect(await page.locator(".notice-good").textContent()).toContain(
      `The hidden pass key was ${key}: not found.`,
    );
    expect(behaviour.requests[0]).toMatchObject({ temperature: 0, attention: { warmup: 4 } });
  });
});
