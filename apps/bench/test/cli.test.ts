import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../src/cli/run-cli.ts";
import { parseQualityFile } from "./parse-quality-file.ts";
import { traceNumbers } from "./trace-numbers.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...argv: string[]): Promise<Ran> => runUnder(new AbortController().signal, argv);

async function runUnder(signal: AbortSignal, argv: readonly string[]): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runCli(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { isTTY: false, write: (text: string) => (err += text) } as never,
    signal,
  });
  return { code, out, err };
}

describe("runCli", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bench-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each([
    [[], "expected a suite (quality, kernels, decode, law, advise, cost, report)"],
    [
      ["speed"],
      "expected a suite (quality, kernels, decode, law, advise, cost, report), got speed",
    ],
    [["quality", "extra"], "too many arguments"],
    [["quality", "--nonsense"], "unknown option '--nonsense'"],
    [["quality", "--quantiles", "0.5,1"], "Expected a number above 0 and below 1, got 1."],
    [["quality", "--context", "1k"], "got 1k."],
    [["quality", "--windows", "0"], "Expected a whole number of at least 1, got 0."],
    [["quality", "--seed", "-1"], "got -1."],
    [["quality", "--methods", "full,topk"], "got topk"],
    [["quality", "--model", "absent.gguf"], "got absent.gguf"],
    [["quality", "--text", "absent.txt"], "absent.txt"],
    [["quality", "--context"], "argument missing"],
    [["quality", "--context", "100000"], "--context: expected 75 to 8180 tokens"],
    [["quality", "--context", "74"], "--context: expected 75 to 8180 tokens"],
    [["quality", "--suites", "speed"], "--suites: expected some of windows, passkeys, needles"],
    [["quality", "--backend", "tpu"], "--backend: expected cpu, webgpu, auto; got tpu"],
    [["quality", "--backend", "webgpu", "--methods", "top-k,h2o"], "got h2o"],
    [["quality", "--backend", "auto", "--methods", "fixed"], "got fixed"],
    [["quality", "--needle-keys", "9"], "Expected a whole number from 2 to 8, got 9."],
    [["quality", "--suites", "generation", "--generate", "9000"], "--generate: expected at most"],
    [["quality", "--suites", "shift", "--pair-tokens", "100"], "--pair-tokens: expected pieces"],
    [["kernels", "extra"], "too many arguments"],
    [["kernels", "--shapes", "llama"], "--shapes: expected some of llama-3.1-8b"],
    [["kernels", "--kernels", "sift"], "--kernels: expected some of read-keys"],
    [["kernels", "--contexts", "0"], "Expected a whole number of at least 1, got 0."],
    [["kernels", "--fractions", "1"], "Expected a number above 0 and below 1, got 1."],
    [["kernels", "--read", "absent.json"], "--read: absent.json cannot be read as JSON"],
    [["law", "extra"], "too many arguments"],
    [["law", "--context", "100"], "--context: expected 256 to 8192 tokens, got 100"],
    [["law", "--rows", "2"], "Expected a whole number of at least 4, got 2."],
    [["cost", "--price", "2"], "cost: expected files of bench decode, or --full-speed"],
    [["cost", "--price", "0"], "Expected a number above 0"],
    [
      ["cost", "--price", "2", "--full-speed", "9"],
      "--full-speed, --sift-speed and --context together",
    ],
    [
      ["cost", "package.json", "--price", "2"],
      "cost: package.json: expected the JSON of bench decode",
    ],
    [["advise"], "missing required argument 'texts'"],
    [["advise", "absent.txt"], "absent.txt"],
    [["advise", "package.json", "--kl", "0"], "Expected a number above 0"],
    [["report"], "missing required argument 'json'"],
    [["report", "absent.json"], "report: absent.json cannot be read"],
    [["report", "package.json"], "report: package.json: expected the JSON that a suite"],
    [["kernels", "--merge", "absent.json"], "--merge: absent.json cannot be read as JSON"],
  ])("%j is refused with one line and code 2", async (argv, message) => {
    const [suite, ...options] = argv;
    const out = suite === "quality" ? ["--out", folder] : [];
    const { code, err } = await run(...(suite ? [suite] : []), ...out, ...options);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });

  test("--help names every option and ends well", async () => {
    const { code, out } = await run("quality", "--help");
    expect(code).toBe(0);
    for (const option of ["--model", "--text", "--quick", "--fresh", "--json", "--quantiles"]) {
      expect(out).toContain(option);
    }
  });

  test("an interruption says how to go on and ends with 130", async () => {
    const argv = ["quality", "--quick", "--out", folder];
    const { code, err } = await runUnder(AbortSignal.abort(), argv);
    expect(err).toBe("Interrupted. The same command goes on from here.\n");
    expect(code).toBe(130);
  });

  test("report draws pages and plots of results, and a suite draws its own", async () => {
    const results = fileURLToPath(new URL("../results/", import.meta.url));
    const [page, plots] = [join(folder, "page.html"), join(folder, "plots")];
    const report = await run(
      ...["report", join(results, "passkey-tales-28m.json"), "--html", page, "--svg", plots],
    );
    expect(report.code).toBe(0);
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);
    expect(readdirSync(plots)).toContain("passkey-tales-28m-quality-needles.svg");
    const again = join(folder, "kernels.html");
    const kernels = await run(
      ...["kernels", "--read", join(results, "kernels-h200.json"), "--html", again],
      ...["--md", join(folder, "kernels.md")],
    );
    expect(kernels.code).toBe(0);
    expect(readFileSync(again, "utf8")).toContain("Achieved time over the floor, llama-3.1-8b");
  });

  test("cost reckons with given speeds and writes record, tables and plots", async () => {
    const [json, html] = [join(folder, "cost.json"), join(folder, "cost.html")];
    const speeds = ["--full-speed", "78", "--sift-speed", "92", "--context", "7900"];
    const { code, out } = await run(
      ...["cost", "--price", "1,2", ...speeds, "--json", json, "--html", html],
    );
    expect(code).toBe(0);
    expect(out).toContain("| a model | 7,900 | 1 | sift | 92.0 | 3.02 | 6.04 | 0.848 |");
    const { count, untraceable } = traceNumbers(readFileSync(html, "utf8"));
    expect(untraceable).toEqual([]);
    expect(count).toBeGreaterThan(10);
  });

  test("law observes a text of the user's and writes record, tables and plots", async () => {
    const [json, markdown] = [join(folder, "law.json"), join(folder, "law.md")];
    const html = join(folder, "law.html");
    const { code } = await run(
      ...["law", "--context", "256", "--quantiles", "0.75", "--rows", "16", "--warmup", "8"],
      ...["--json", json, "--markdown", markdown, "--html", html],
    );
    expect(code).toBe(0);
    const record = JSON.parse(readFileSync(json, "utf8"));
    expect(record).toMatchObject({ kind: "law", texts: [{ text: "fanshawe.txt", tokens: 256 }] });
    expect(record.fits).toHaveLength(64 * record.variants.length);
    expect(readFileSync(markdown, "utf8")).toContain("## fanshawe.txt, τ 0.75");
    const page = readFileSync(html, "utf8");
    expect(page).toContain("Quantile against context length, fanshawe.txt");
    expect(traceNumbers(page).untraceable).toEqual([]);
  });

  test("measures tales-28m, prints the table and writes JSON and Markdown", async () => {
    const file = join(folder, "table.json");
    const settings =
      "--suites windows,passkeys --seeds 1 --context 160 --windows 1 --warmup 16 --passkey-samples 1 --quantiles 0.75";
    const { code, out } = await run(
      ...["quality", ...settings.split(" "), "--methods", "sift-prior+mean,window"],
      ...["--out", folder, "--json", file],
    );
    expect(code).toBe(0);
    const table = parseQualityFile(readFileSync(file, "utf8"));
    expect(table.rows.map((row) => row.method)).toEqual(["full", "sift-prior+mean", "window"]);
    const [full, sift, window] = table.rows;
    expect(full).toMatchObject({ model: "tales-28m", text: "fanshawe.txt", context: 160 });
    expect(full).toMatchObject({ perplexityRatio: 1, klMean: 0, passkeyAccuracy: 1 });
    expect(sift!.klMean).toBeGreaterThan(0);
    expect(sift!.klMean).toBeLessThan(window!.klMean);
    expect(sift!.valueRowsRead).toBeLessThan(full!.valueRowsRead);
    for (const { method } of table.rows) expect(out).toContain(method);
    expect(existsSync(join(folder, "quality.json"))).toBe(true);
    expect(readFileSync(join(folder, "quality.md"), "utf8")).toContain(
      "| sift-prior+mean | 0.75 |",
    );
  });
});
