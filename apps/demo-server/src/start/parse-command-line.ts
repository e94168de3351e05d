import { type SiftProfile, siftModeOf } from "@sift-attention/model-runtime";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { createAttentionField } from "../requests/attention-field.ts";
import { toAttentionSettings } from "../to-attention-mode.ts";
import { readSiftProfile } from "./read-sift-profile.ts";
import { type Settings, SettingsError } from "./settings.ts";

interface Flags {
  readonly model: string;
  readonly backend: Settings["backend"];
  readonly threads?: number;
  readonly attention: "full" | "top-k" | "sift";
  readonly quantile?: number;
  readonly warmup?: number | "auto";
  readonly siftProfile?: SiftProfile;
  readonly context?: number | "auto";
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly parallel?: number;
  readonly queue: number;
}

/** Where a command line's words go. */
interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const examples = `
Every flag can be given as its environment variable; the flag wins.

Examples:
  npm start
  npm start -- --model ./SmolLM2-135M-Instruct-Q4_1.gguf --port 0
  npm start -- --attention top-k --quantile 0.9
  SIFT_API_KEY=secret npm start -- --host 0.0.0.0
`;

/**
 * Reads flags and their environment variables. Undefined when the answer was the help text, which is written then.
 * @throws SettingsError with one line that names the flag, what it takes and what it got.
 */
export function parseCommandLine(args: readonly string[], output: Output): Settings | undefined {
  const command = createCommand().configureOutput({
    writeOut: output.out,
    writeErr: output.err,
    outputError() {},
  });
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new SettingsError(error.message.replace(/^error: /, ""), { cause: error });
  }
  return toSettings(command.opts<Flags>(), (flag) => command.getOptionValueSource(flag) === "cli");
}

function createCommand(): Command {
  return new Command("sift-server")
    .usage("[flags]")
    .description(
      "Serves a language model under SiftAttention: OpenAI's API and a page that shows it live.",
    )
    .exitOverride()
    .allowExcessArguments(false)
    .addOption(text("--model <name>", "folder, .gguf file or Hugging Face id").default("tales-28m"))
    .addOption(
      text("--backend <kind>", "what computes").choices(["auto", "cpu", "webgpu"]).default("auto"),
    )
    .addOption(
      text("--threads <n>", "threads of the cpu backend (default: all cores, at most 8)").argParser(
        whole(1),
      ),
    )
    .addOption(
      text("--attention <kind>", "how keys are chosen unless a request says otherwise")
        .choices(["full", "top-k", "sift"])
        .default("sift"),
    )
    .addOption(
      text(
        "--quantile <τ>",
        "between 0 and 1: 1 − τ of the keys are kept (default: 0.75)",
      ).argParser(fraction),
    )
    .addOption(
      text(
        "--warmup <steps>",
        "steps under full attention before sifting, or auto for as many as the law needs (default: auto)",
      ).argParser(warmupSteps),
    )
    .addOption(
      text("--sift-profile <file>", "settings of sift found for this model, as JSON").argParser(
        readSiftProfile,
      ),
    )
    .addOption(
      text(
        "--context <tokens>",
        "prompt and answer together, or auto for as many as fit (default: the model's, at most 8192)",
      ).argParser(contextTokens),
    )
    .addOption(
      text("--host <address>", "where to listen; beyond loopback, set --api-key").default(
        "127.0.0.1",
      ),
    )
    .addOption(text("--port <n>", "0 picks a free one").argParser(whole(0, 65_535)).default(7438))
    .addOption(
      text(
        "--api-key <key>",
        "asked of every request; better as the variable, which no list of processes shows",
      ).argParser(filled),
    )
    .addOption(
      text("--parallel <n>", "generations at a time (default: 1 on the cpu, else 2)").argParser(
        whole(1),
      ),
    )
    .addOption(text("--queue <n>", "requests that may wait").argParser(whole(0)).default(16))
    .addHelpText("after", examples);
}

/** Each flag's variable is SIFT_ and its name, without a sift- of its own. */
function text(flags: string, description: string): Option {
  const name = /^--(?:sift-)?([\w-]+)/.exec(flags)![1]!;
  return new Option(flags, description).env(`SIFT_${name.toUpperCase().replaceAll("-", "_")}`);
}

function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): (value: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

function fraction(value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError("Expected a number between 0 and 1.");
}

function contextTokens(value: string): number | "auto" {
  return value === "auto" ? value : whole(2)(value);
}

function warmupSteps(value: string): number | "auto" {
  return value === "auto" ? value : whole(2)(value);
}

function filled(value: string): string {
  if (value.trim() !== "") return value;
  throw new InvalidArgumentError("Expected a key that is not empty.");
}

function toSettings(flags: Flags, isFlag: (name: keyof Flags) => boolean): Settings {
  const { model, backend, threads, context, host, port, apiKey, parallel, queue } = flags;
  const attention = toAttention(flags, isFlag);
  return {
    model,
    backend,
    threads,
    attention,
    siftProfile: flags.siftProfile,
    context,
    host,
    port,
    apiKey,
    parallel,
    queue,
  };
}

/** A flag without effect is refused; a variable may stay in the environment of a run that does not need it. */
function toAttention(
  { attention: kind, quantile, warmup, siftProfile }: Flags,
  isFlag: (name: keyof Flags) => boolean,
): Settings["attention"] {
  for (const [name, flag] of [
    ["warmup", "--warmup"],
    ["siftProfile", "--sift-profile"],
  ] as const) {
    if (kind === "sift" || !isFlag(name)) continue;
    throw new SettingsError(`${flag} has no effect with --attention ${kind}: leave it out.`);
  }
  if (kind === "full" && isFlag("quantile")) {
    throw new SettingsError("--quantile has no effect with --attention full: leave it out.");
  }
  const chosen = {
    full: { kind },
    "top-k": { kind, ...(quantile !== undefined && { fraction: 1 - quantile }) },
    sift: {
      ...(siftProfile && toAttentionSettings(siftModeOf(siftProfile))),
      kind,
      ...(quantile !== undefined && { quantile }),
      ...(warmup !== undefined && { warmup }),
    },
  };
  return createAttentionField().parse(chosen[kind]);
}
