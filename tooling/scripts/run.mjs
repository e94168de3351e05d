// `npm start`, `npm test` and `npm run bench` on a machine that has Node and nothing else.
//
// Finds the pinned pnpm (the one that runs this script, or a copy fetched through npx),
// installs the lockfile when it has changed since the last install, builds what the task
// needs, and runs it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [task, ...taskArguments] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const pnpmVersion = /^pnpm@([^+]+)/.exec(manifest.packageManager)[1];

const minimumNode = [20, 19];
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1])) {
  console.error(
    `Node ${minimumNode.join(".")} or newer is needed, this is ${process.versions.node}.`,
  );
  process.exit(1);
}

Object.assign(process.env, {
  COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
});

/** Runs a program to its end; its exit code is this script's when it fails. */
function execute(command, commandArguments, options = {}) {
  const { status, signal, error } = spawnSync(command, commandArguments, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
  });
  if (error) {
    console.error(`${command}: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

/** npx puts the pinned pnpm on PATH, where turbo looks for it as well. */
function pnpm(pnpmArguments, options) {
  const isPinned = (process.env.npm_config_user_agent ?? "").startsWith(`pnpm/${pnpmVersion} `);
  if (isPinned) execute("pnpm", pnpmArguments, options);
  else execute("npx", ["--yes", `pnpm@${pnpmVersion}`, ...pnpmArguments], options);
}

function install() {
  const stamp = join(root, "node_modules", ".cache", "installed-lockfile");
  const lockfile = readFileSync(join(root, "pnpm-lock.yaml"));
  const digest = createHash("sha256").update(lockfile).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  console.error("Installing dependencies …");
  pnpm(["install", "--frozen-lockfile", "--reporter=append-only"], { stdio: ["ignore", 2, 2] });
  mkdirSync(join(stamp, ".."), { recursive: true });
  writeFileSync(stamp, digest);
}

function build(name) {
  pnpm(
    [
      "exec",
      "turbo",
      "run",
      "build",
      `--filter=@sift-attention/${name}...`,
      "--output-logs=errors-only",
    ],
    {
      stdio: ["ignore", 2, 2],
    },
  );
}

/** Hands this process over to a built app: signals and the exit code are the app's. */
async function runApp(name) {
  process.argv = [process.argv[0], join(root, "apps", name, "dist", "cli.js"), ...taskArguments];
  await import(new URL(`../../apps/${name}/dist/cli.js`, import.meta.url).href);
}

const tasks = {
  async start() {
    install();
    build("demo-server");
    await runApp("demo-server");
  },
  async bench() {
    install();
    build("bench");
    await runApp("bench");
  },
  async test() {
    install();
    pnpm(["exec", "turbo", "run", "test", "--concurrency=2", ...taskArguments]);
    execute(process.execPath, ["tooling/scripts/test-summary.mjs"]);
  },
};

if (!Object.hasOwn(tasks, task)) {
  console.error(`run.mjs: expected ${Object.keys(tasks).join(", ")}, got ${task}`);
  process.exit(2);
}
await tasks[task]();
