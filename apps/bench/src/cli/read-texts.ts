import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { BenchError } from "../bench-error.ts";
import type { BenchText } from "../quality/quality-input.ts";

/** @throws BenchError for a file that cannot be read or is not UTF-8. */
export function readTexts(paths: readonly string[]): BenchText[] {
  return paths.map((path) => ({ name: basename(path), content: readText(path) }));
}

function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BenchError(`--text: ${path} cannot be read as UTF-8: ${reason}`);
  }
}
