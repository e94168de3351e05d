// Compiles assembly/ twice, for shared memory (threads) and for private memory, and writes both binaries as base64 to
// src/ops/wasm/kernels.generated.ts, so that bundlers, browsers and Node find them alike.
//
// The sources are called .mts: AssemblyScript puts decorators on functions, which the tools that read every .ts file of
// the workspace refuse. The compiler asks for .ts.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "src/ops/wasm/kernels.generated.ts");

/** Pages of 64 KiB: 4 GiB, all that 32-bit addresses reach. */
const maximumPages = "65536";
/** The first bytes are the job block: see assembly/control.mts. */
const reservedBytes = "4096";

const options = [
  ...["-O3", "--noAssert", "--runtime", "stub", "--memoryBase", reservedBytes],
  ...["--importMemory", "--noExportMemory", "--initialMemory", "1"],
  ...["--maximumMemory", maximumPages, "--enable", "threads", "--enable", "simd"],
  // 112: v128 parameters; those functions are called inside the module only.
  ...["--disableWarning", "112", "--outFile", "kernels.wasm"],
];

async function compile(memoryOptions) {
  let binary;
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", "--baseDir", root, ...options, ...memoryOptions],
    {
      readFile: (name, base) =>
        readFile(join(base, name.replace(/\.ts$/, ".mts")), "utf8").catch(() => null),
      writeFile(name, contents) {
        if (name.endsWith(".wasm")) binary = contents;
      },
    },
  );
  const text = stderr.toString();
  if (text !== "") console.error(text);
  if (error) throw error;
  return Buffer.from(binary);
}

const shared = await compile(["--sharedMemory", "--use", "SHARED=1"]);
const unshared = await compile(["--use", "SHARED=0"]);

await mkdir(dirname(target), { recursive: true });
await writeFile(
  target,
  `// Made by scripts/build-wasm.mjs from assembly/. Base64.

/** Imports a shared memory: for several threads. */
export const sharedKernels: string =
  "${shared.toString("base64")}";

/** Imports a private memory: for one thread. */
export const privateKernels: string =
  "${unshared.toString("base64")}";
`,
);
console.log(`kernels: ${shared.length} bytes shared, ${unshared.length} bytes private`);
