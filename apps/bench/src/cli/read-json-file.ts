import { readFileSync } from "node:fs";
import { BenchError } from "../bench-error.ts";

/** @param option Names the file in the message. @throws BenchError for a file that cannot be read or is not JSON. */
export function readJsonFile(option: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BenchError(`${option}: ${path} cannot be read as JSON: ${reason}`);
  }
}
