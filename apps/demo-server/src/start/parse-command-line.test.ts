import { afterEach, describe, expect, test, vi } from "vitest";
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
        warmup: 64,
        clock: "context-length",
        fit: "slope-prior",
        margin: "none",
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
