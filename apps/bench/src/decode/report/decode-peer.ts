import { BenchError } from "../../bench-error.ts";

/** What tooling/peers/llama-cpp-gpu-speed.mjs and transformers-speed.py write. */
export interface DecodePeer {
  readonly contestant: string;
  /** What of ours it stands beside; absent: all. */
  readonly model?: string;
  readonly rows: readonly DecodePeerRow[];
}

export interface DecodePeerRow {
  readonly contextLength: number;
  readonly batch: number;
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
  readonly decodeLowest: number;
  readonly decodeHighest: number;
}

const numbers = [
  "contextLength",
  "batch",
  "prefillTokensPerSecond",
  "decodeTokensPerSecond",
  "decodeLowest",
  "decodeHighest",
] as const;

/** @throws BenchError unless the value is what a peer's script wrote. */
export function expectDecodePeer(path: string, value: unknown): DecodePeer {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Partial<DecodePeer>;
  if (typeof fields.contestant === "string" && fields.rows?.every?.(isRow)) {
    return fields as DecodePeer;
  }
  throw new BenchError(
    `--merge: ${path}: expected contestant and rows of ${numbers.join(", ")}, got another file`,
  );
}

function isRow(row: unknown): boolean {
  const fields = (typeof row === "object" && row !== null ? row : {}) as Record<string, unknown>;
  return numbers.every((name) => typeof fields[name] === "number");
}
