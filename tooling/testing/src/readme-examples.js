import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";

// A fence may be indented, as inside a list; its closing line carries the same indent.
const fence =
  /^(?<indent>[ \t]*)```(?:ts|typescript)\b(?<tags>[^\n]*)\n(?<body>.*?)^\1```[ \t]*$/gms;

function pathOf(readme) {
  return readme instanceof URL || readme.startsWith("file:") ? fileURLToPath(readme) : readme;
}

function packageFolder(path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`${path}: no package.json above it`);
  }
}

function readBlocks(path) {
  const text = readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  const blocks = Array.from(text.matchAll(fence), ({ index, groups }) => ({
    line: text.slice(0, index).split("\n").length + 1,
    runs: !/\bno-run\b/.test(groups.tags),
    code: groups.body.replaceAll(new RegExp(`^${groups.indent}`, "gm"), ""),
  }));
  if (blocks.length === 0) throw new Error(`${path}: expected a \`\`\`ts block, got none`);
  return blocks;
}

/** Writes the block as a module; blank lines on top keep the README's line numbers in messages and stack traces. */
function writeModule(folder, { line, code }) {
  const file = join(folder, `line-${line}.ts`);
  writeFileSync(file, "\n".repeat(line - 1) + code);
  return file;
}

/** A folder inside the package: its own name and its dependencies resolve there as they do in `src`. */
async function withFolder(path, use) {
  const parent = join(packageFolder(path), ".vitest");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "readme-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function linesPrintedBy(work) {
  const lines = [];
  const { log } = console;
  console.log = (...values) => lines.push(...format(...values).split("\n"));
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines;
}

/** The `ts` blocks of a README, each ready to run. */
export function readmeExamples(readme) {
  const path = pathOf(readme);
  const blocks = readBlocks(path).filter(({ runs }) => runs);
  return blocks.map((block) => ({
    line: block.line,
    code: block.code,
    expectedOutput: Array.from(block.code.matchAll(/\/\/ → (.*)$/gm), ([, text]) => text.trimEnd()),
    run: () =>
      withFolder(path, (folder) => linesPrintedBy(() => import(writeModule(folder, block)))),
  }));
}

function runCompiler(compiler, folder) {
  const command = [compiler, "-p", folder, "--noEmit", "--pretty", "false"];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: folder }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      resolve(error ? said || error.message : "");
    });
  });
}

/** What the compiler says of the `ts` blocks under the package's own settings: "" when they are right. */
export function typecheckReadmeExamples(readme) {
  const path = pathOf(readme);
  const blocks = readBlocks(path);
  const root = packageFolder(path);
  const manifest = createRequire(join(root, "package.json")).resolve("typescript/package.json");
  const compiler = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.tsc);
  return withFolder(path, async (folder) => {
    for (const block of blocks) writeModule(folder, block);
    const settings = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { isolatedDeclarations: false },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const said = await runCompiler(compiler, folder);
    return said.replaceAll(/^.*?line-\d+\.ts(?=\()/gm, relative(root, path));
  });
}
