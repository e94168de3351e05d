import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useSoftwareAdapter } from "@sift-attention/testing/software-adapter";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../src/cli/run-cli.ts";
import type { KernelRecord } from "../src/kernels/report/kernel-record.ts";
import { kernelsMarkdown } from "../src/kernels/report/kernels-markdown.ts";
import { peerOf, recordOf, rowOf } from "../src/kernels/report/record.fixture.ts";
import { parseKernelFile } from "./parse-kernel-file.ts";

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runCli(["kernels", ...argv], {
    stdout: { write: (text) => (out += text) },
    stderr: { isTTY: false, write: (text: string) => (err += text) } as never,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

describe("bench kernels", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bench-kernels-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const readRecord = (name: string): KernelRecord =>
    parseKernelFile(readFileSync(join(folder, name), "utf8"));

  function write(name: string, value: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  }

  test("--merge folds a peer's rows into a record that was measured before", async () => {
    const record = recordOf([rowOf({ kernel: "full" })]);
    const peers = { device: "R1", versions: "1", rows: [peerOf({ kernel: "cudnn-full" })] };
    const files = ["--read", write("ours.json", record), "--merge", write("peers.json", peers)];
    const md = join(folder, "both.md");
    const { code, out } = await run(...files, "--json", join(folder, "both.json"), "--md", md);
    expect([code, out]).toEqual([0, ""]);
    const both = readRecord("both.json");
    expect(both).toEqual({
      ...record,
      contestants: peers.rows,
      contestantRuns: [{ device: "R1", versions: "1" }],
    });
    expect(readFileSync(md, "utf8")).toBe(kernelsMarkdown(both));
  });

  test("without --md the tables go to the terminal", async () => {
    const { out } = await run("--read", write("ours.json", recordOf([rowOf({ kernel: "full" })])));
    expect(out).toContain("| full | **100** (99.0–103), 80 % |");
  });

  test("a record with wrong results is written, but does not end well", async () => {
    const failure = { shape: "s", batch: 1, context: 9, kernel: "full", fraction: 1, error: "off" };
    const wrong = { ...recordOf([]), failures: [failure] };
    const { code, err } = await run("--read", write("ours.json", wrong));
    expect([code, err]).toEqual([1, "error: 1 wrong results, 0 broken cases; see the report\n"]);
  });

  test("--read refuses another file", async () => {
    const { code, err } = await run("--read", write("other.json", { rows: [] }));
    expect([code, err]).toEqual([2, expect.stringContaining("expected a record with adapter")]);
  });

  test("a software adapter is refused for timing unless it is allowed", async () => {
    useSoftwareAdapter();
    const { code, err } = await run("--shapes", "smollm2-135m");
    expect(code).toBe(2);
    expect(err).toMatch(/expected a GPU, got none: .*; --allow-software runs without/);
    const json = join(folder, "none.json");
    const nothing = ["--shapes", "smollm2-135m", "--budget-seconds", "0", "--json", json];
    expect((await run("--allow-software", ...nothing)).code).toBe(0);
    expect(readRecord("none.json").adapter.isSoftware).toBe(true);
  });
});
