import { BenchError } from "../../bench-error.ts";

/** A row of another program, measured on the same device; what it carries beyond these fields is kept. */
export interface PeerRow {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
  readonly kernel: string;
  readonly keptUnion: number;
  readonly medianUs: number;
  readonly p10Us: number;
  readonly p90Us: number;
  readonly bytes: number;
}

/** The program's device and versions, as it wrote them. */
export interface PeerRun {
  readonly device: unknown;
  readonly versions: unknown;
}

/** What the file of another program holds. */
export interface PeerFile extends PeerRun {
  readonly rows: readonly PeerRow[];
}

const words = ["shape", "kernel"] as const;
const numbers = ["batch", "context", "keptUnion", "medianUs", "p10Us", "p90Us", "bytes"] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function expectRow(path: string, row: unknown, index: number): void {
  const wrong = !isObject(row)
    ? "an object"
    : (words.find((name) => typeof row[name] !== "string") ??
      numbers.find((name) => !Number.isFinite(row[name])));
  if (!wrong) return;
  throw new BenchError(`--merge: ${path}: rows[${index}]: expected ${wrong}, got none`);
}

/** @throws BenchError unless the value is such a file's. */
export function expectPeerFile(path: string, file: unknown): PeerFile {
  if (!isObject(file) || !Array.isArray(file.rows)) {
    throw new BenchError(`--merge: ${path}: expected an object with rows, got none`);
  }
  for (const [i, row] of file.rows.entries()) expectRow(path, row, i);
  return { device: file.device, versions: file.versions, rows: file.rows };
}
