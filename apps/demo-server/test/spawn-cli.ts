import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** Whether the program is built, as it is before these tests when turbo runs them. */
export const isBuilt: boolean = existsSync(cli);

/** The built program at work. */
export interface RunningCli {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The exit code, or the name of the signal that ended it, once nobody can write to its output any more. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when stdout has a match, with its first group. @throws when the program ends before. */
  until(pattern: RegExp): Promise<string>;
}

/**
 * Starts `node dist/cli.js` with these flags and no SIFT_* variable but those given, in a shell if asked as npm does; the
 * test's end ends it.
 */
export function spawnCli(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  { shell = false }: { readonly shell?: boolean } = {},
): RunningCli {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SIFT|npm)_/.test(name));
  // The second command keeps the shell from becoming the first one.
  const [program, programArgs] = shell
    ? ["/bin/sh", ["-c", '"$0" "$@"; exit $?', process.execPath, cli, ...args]]
    : [process.execPath, [cli, ...args]];
  const child = spawn(program, programArgs, {
    env: { ...Object.fromEntries(inherited), ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text.stderr += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return {
    process: child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.stdout);
          if (match) resolve(match[1] ?? match[0]);
        };
        look();
        child.stdout.on("data", look);
        void ended.then((end) => reject(new Error(`ended with ${end}: ${text.stderr}`)));
      }),
  };
}
