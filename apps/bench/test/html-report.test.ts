import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { BenchError } from "../src/bench-error.ts";
import { htmlReport } from "../src/report/html/html-report.ts";
import type { ReportFile } from "../src/report/html/report-file.ts";
import { svgFiles } from "../src/report/html/svg-files.ts";
import { traceNumbers } from "./trace-numbers.ts";

function readResult(name: string): ReportFile {
  return { name, text: readFileSync(new URL(`../results/${name}`, import.meta.url), "utf8") };
}

const quality = readResult("quality-tales-28m-quantiles.json");
const law = readResult("law-tales-28m.json");
const files = [readResult("kernels-h200.json"), readResult("quality-tales-28m.json"), quality, law];

describe("htmlReport of the committed results", () => {
  let html: string;
  let document: ReturnType<typeof parseHTML>["document"];
  beforeAll(() => {
    html = htmlReport(files);
    ({ document } = parseHTML(html));
  });

  test("shows every kind of plot whose data are there", () => {
    const ids = [...document.querySelectorAll("article")].map(({ id }) => id);
    for (const figure of [
      "kernels-floor-llama-3-1-8b",
      "kernels-time-llama-3-1-8b",
      "quality-pareto",
      "quality-context",
      "quality-promise",
      "quality-dropped-mass",
      "quality-needles",
      "law-curves",
      "law-clocks",
      "law-fit",
      "law-kept",
    ]) {
      expect(
        ids.some((id) => id.includes(figure)),
        figure,
      ).toBe(true);
    }
    expect(ids.filter((id) => id.startsWith("file-3") && id.includes("quality-context"))).toEqual(
      [],
    );
  });

  test("carries the files unchanged", () => {
    const links = [...document.querySelectorAll("a[download]")];
    expect(links.map((link) => link.getAttribute("download"))).toEqual(
      files.map(({ name }) => name),
    );
    links.forEach((link, i) => {
      const [head, data] = link.getAttribute("href")!.split(",");
      expect(head).toBe("data:application/json;base64");
      expect(Buffer.from(data!, "base64").toString("utf8")).toBe(files[i]!.text);
    });
  });

  test("every number stands in its file where the page says", () => {
    const { count, untraceable } = traceNumbers(html);
    expect(untraceable).toEqual([]);
    expect(count).toBeGreaterThan(5000);
  });

  test("a number that was changed by its last digit is found", () => {
    const { klMean } = JSON.parse(quality.text).rows.find(
      (row: { klMean: number }) => row.klMean > 0,
    );
    const planted = html.replace(
      `<data value="${klMean}"`,
      `<data value="${klMean * (1 + 1e-12)}"`,
    );
    expect(traceNumbers(planted).untraceable).toHaveLength(1);
  });

  test("dots lie where their numbers say", () => {
    const figure = [...document.querySelectorAll("article")].find(({ id }) =>
      id.startsWith("file-3-quality-pareto"),
    )!;
    const dots = [...figure.querySelectorAll(".wide [aria-label=dot] title")].map((title) => {
      const [, bytes, kl] = title
        .textContent!.split("\n")
        .map((line: string) => Number(line.split(" = ")[1]));
      const place = /translate\(([^,]+),([^)]+)\)/.exec(
        title.parentElement!.getAttribute("transform")!,
      )!;
      return { bytes: bytes!, logKl: Math.log(kl!), x: Number(place[1]), y: Number(place[2]) };
    });
    const lossy = JSON.parse(quality.text).rows.filter(
      ({ klMean }: { klMean: number }) => klMean > 0,
    );
    expect(dots.length).toBe(lossy.length);
    const [a, b] = [dots[0]!, dots.at(-1)!];
    for (const dot of dots) {
      expect(dot.x).toBeCloseTo(
        a.x + ((b.x - a.x) * (dot.bytes - a.bytes)) / (b.bytes - a.bytes),
        3,
      );
      expect(dot.y).toBeCloseTo(
        a.y + ((b.y - a.y) * (dot.logKl - a.logKl)) / (b.logKl - a.logKl),
        3,
      );
    }
  });

  test("asks for nothing: no script, no address, no link but into itself", () => {
    expect(
      document.querySelectorAll("script, link, img, iframe, object, embed, [src]"),
    ).toHaveLength(0);
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:\/\/|url\(|@import/,
    );
    for (const link of document.querySelectorAll("a")) {
      expect(link.getAttribute("href")).toMatch(/^(?:#file-\d+$|data:application\/json;base64,)/);
    }
    expect(html).toContain("default-src 'none'");
  });

  test("has a name for every drawing, table and part, and no id twice", () => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const part of document.querySelectorAll("[aria-labelledby]")) {
      const label = part.getAttribute("aria-labelledby")!;
      expect(document.getElementById(label)?.textContent?.trim(), label).toBeTruthy();
    }
    const drawings = [...document.querySelectorAll(".drawing > svg")];
    expect(drawings.length).toBe(2 * document.querySelectorAll("article").length);
    for (const drawing of drawings) {
      expect(drawing.getAttribute("role")).toBe("img");
      expect(drawing.getAttribute("aria-label")!.length).toBeGreaterThan(20);
    }
    for (const region of document.querySelectorAll("[role=region]")) {
      expect(region.getAttribute("aria-label")).toBeTruthy();
      expect(region.getAttribute("tabindex")).toBe("0");
    }
    const levels = [...document.querySelectorAll("h1, h2, h3")].map(({ localName }) => localName);
    expect(levels[0]).toBe("h1");
    expect(levels.filter((level) => level === "h1")).toHaveLength(1);
    expect(document.documentElement.getAttribute("lang")).toBe("en");
  });

  test("every plot names its file and its fields", () => {
    for (const article of document.querySelectorAll("article")) {
      expect(article.querySelector(".source")!.textContent).toMatch(/^From \S+\.json: \S+/);
      expect(article.querySelectorAll(".source code").length).toBeGreaterThan(0);
      expect(article.querySelectorAll("tbody tr").length).toBeGreaterThan(0);
    }
  });

  test("two reports of the same files are equal", () => {
    expect(htmlReport(files)).toBe(html);
  });
});

describe("htmlReport", () => {
  test("markup in names and texts stays text", () => {
    const text = quality.text.replaceAll("fanshawe.txt", '<b>&\\"</b>');
    const { document } = parseHTML(htmlReport([{ name: '<i>"&.json', text }]));
    expect(document.querySelectorAll("main b, nav i")).toHaveLength(0);
    expect(document.querySelector("h3")!.textContent).toContain('<b>&"</b>');
    expect(document.querySelector("a[download]")!.textContent).toBe('<i>"&.json');
  });

  test.each([
    ["no JSON", "cannot be read as JSON"],
    ["[]", "expected the JSON that a suite of the bench wrote"],
    ['{"rows": []}', "expected the JSON that a suite of the bench wrote"],
    ['{"rows": [{}], "passkeys": [], "model": {}}', "expected a complete quality record"],
  ])("%s is refused with its name", (text, message) => {
    const report = (): string => htmlReport([{ name: "bad.json", text }]);
    expect(report).toThrow(BenchError);
    expect(report).toThrow("bad.json");
    expect(report).toThrow(message);
  });
});

describe("svgFiles", () => {
  test("every plot stands alone, in the colours of both themes", () => {
    const drawn = svgFiles([quality, law]);
    expect(new Set(drawn.map(({ name }) => name)).size).toBe(drawn.length);
    expect(drawn.map(({ name }) => name)).toContain("law-tales-28m-law-curves.svg");
    for (const { svg } of drawn) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img"/);
      expect(svg).toContain("prefers-color-scheme:dark");
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  test("only those asked for, by their ids", () => {
    expect(svgFiles([law], ["law-clocks"]).map(({ name }) => name)).toEqual([
      "law-tales-28m-law-clocks.svg",
    ]);
    expect(() => svgFiles([law], ["law-clock"])).toThrow(BenchError);
  });
});
