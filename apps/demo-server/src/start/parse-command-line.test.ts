import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toAttentionMode } from "../to-attention-mode.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { type Settings, SettingsError } from "./settings.ts";

afterEach(() => vi.unstubAllEnvs());

function parse(...args: string[]): Settings | undefined {
  return parseCommandLine(args, { out() {}, err() {} });
}

describe("parseCommandLine", () => {
  test("without flags serves the embedded model, sifted, on loopback", () => {
    expect(parse()).toEqual({
      model: "tales-28m",
      backend: "auto",
      threads: undefined,
      attention: {
        kind: "sift",
        quantile: 0.75,
        budget: "model",
        controls: "kept",
        warmup: "auto",
        warmup_limit: 64,
        warmup_tolerance: 1,
        clock: "context-length",
        fit: "slope-prior",
        margin: "none",
        feedback: 1,
        lag: 3,
        max_dropped_mass: "none",
        floor_answer: "lower",
        drift: { slack: 0.05, limit: 3 },
        fallback: "none",
        dense_layers: [],
        dense_heads: [],
        dense_flatness: "none",
        dropped_mass: "mean-value",
        keep_first: 0,
        keep_last: 0,
      },
      context: undefined,
      host: "127.0.0.1",
      port: 7438,
      apiKey: undefined,
      parallel: undefined,
      queue: 16,
    });
  });

  test("reads every flag", () => {
    const args =
      "--model a/b --backend cpu --threads 2 --attention sift --quantile .5 --warmup 16 --context 512 --host ::1 --port 0 --api-key k --parallel 3 --queue 0";
    expect(parse(...args.split(" "))).toMatchObject({
      model: "a/b",
      backend: "cpu",
      threads: 2,
      attention: { kind: "sift", quantile: 0.5, warmup: 16 },
      context: 512,
      host: "::1",
      port: 0,
      apiKey: "k",
      parallel: 3,
      queue: 0,
    });
  });

  test("takes the settings of a profile, and flags over them", () => {
    const profile = {
      kind: "sift-profile",
      version: 1,
      model: { layers: 8, queryHeads: 8, kvHeads: 2 },
      attention: {
        quantile: 0.9,
        budget: "head",
        warmup: 32,
        maxDroppedMass: 0.3,
        fallback: { above: 0.5, below: 0.25, hold: 16, denseAfter: 3 },
        denseHeads: [[1, 2]],
      },
    };
    const path = join(mkdtempSync(join(tmpdir(), "sift-profile-")), "profile.json");
    writeFileSync(path, JSON.stringify(profile));
    const settings = parse("--sift-profile", path, "--quantile", "0.5")!;
    expect(settings.siftProfile).toEqual(profile);
    expect(settings.attention).toMatchObject({
      ...{ kind: "sift", quantile: 0.5, budget: "head", warmup: 32, max_dropped_mass: 0.3 },
      fallback: { above: 0.5, below: 0.25, hold: 16, dense_after: 3 },
      dense_heads: [[1, 2]],
    });
    // And back again, in the runtime's words.
    expect(toAttentionMode(settings.attention)).toMatchObject({
      ...{ ...profile.attention, quantile: 0.5 },
    });
    expect(() => parse("--sift-profile", path, "--attention", "full")).toThrow("no effect");
    writeFileSync(path, JSON.stringify({ ...profile, attention: { quantil: 1 } }));
    expect(() => parse("--sift-profile", path)).toThrow("profile.attention.quantil");
  });

  test("reads every flag's variable; the flag wins", () => {
    const variables = {
      SIFT_MODEL: "a/b",
      SIFT_BACKEND: "webgpu",
      SIFT_THREADS: "2",
      SIFT_ATTENTION: "top-k",
      SIFT_QUANTILE: "0.875",
      SIFT_WARMUP: "32",
      SIFT_CONTEXT: "512",
      SIFT_HOST: "localhost",
      SIFT_PORT: "1",
      SIFT_API_KEY: "k",
      SIFT_PARALLEL: "3",
      SIFT_QUEUE: "4",
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(parse("--port", "2")).toEqual({
      model: "a/b",
      backend: "webgpu",
      threads: 2,
      attention: { kind: "top-k", fraction: 0.125, dropped_mass: "none" },
      context: 512,
      host: "localhost",
      port: 2,
      apiKey: "k",
      parallel: 3,
      queue: 4,
    });
  });

  test("takes as much context as fits", () => {
    expect(parse("--context", "auto")).toMatchObject({ context: "auto" });
  });

  test("shows every flag with its variable in the help text", () => {
    let help = "";
    const settings = parseCommandLine(["--help"], {
      out: (text) => {
        help += text;
      },
      err() {},
    });
    expect(settings).toBeUndefined();
    const oneLine = help.replaceAll(/\s+/g, " ");
    const flags =
      "model backend threads attention quantile warmup context host port api-key parallel queue";
    for (const flag of flags.split(" ")) {
      expect(oneLine).toContain(`--${flag} <`);
      expect(oneLine).toContain(`env: SIFT_${flag.toUpperCase().replace("-", "_")})`);
    }
  });

  test.each([
    ["--port x", "--port"],
    ["--port 65536", "from 0 to 65535"],
    ["--port -1", "--port"],
    ["--port 1.5", "--port"],
    ["--quantile 0", "between 0 and 1"],
    ["--quantile 1", "between 0 and 1"],
    ["--quantile 1e-9", "--quantile"],
    ["--warmup 1", "at least 2"],
    ["--context 0", "at least 2"],
    ["--context most", "--context"],
    ["--threads 0", "at least 1"],
    ["--backend gpu", "auto, cpu, webgpu"],
    ["--attention flash", "full, top-k, sift"],
    ["--attention full --quantile 0.5", "no effect"],
    ["--attention top-k --warmup 8", "no effect"],
    ["--sift-profile /no/such/file", "Expected a file of JSON"],
    ["--api-key=", "not empty"],
    ["--unknown", "--unknown"],
    ["leftover", "too many arguments"],
    ["--port", "argument missing"],
  ])("refuses %s in one line that says what is wrong", (line, said) => {
    const attempt = () => parse(...line.split(" "));
    expect(attempt).toThrow(SettingsError);
    expect(attempt).toThrow(said);
    expect(attempt).not.toThrow(/\n/);
  });

  test("refuses a variable as it does a flag, by the variable's name", () => {
    vi.stubEnv("SIFT_PORT", "");
    expect(() => parse()).toThrow(/SIFT_PORT/);
  });
});
