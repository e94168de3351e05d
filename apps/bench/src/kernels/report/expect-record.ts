import { BenchError } from "../../bench-error.ts";
import type { KernelRecord } from "./kernel-record.ts";

const lists = ["protocol", "rows", "failures", "leftOut", "contestants", "contestantRuns"] as const;
const objects = ["adapter", "settings", "tunings"] as const;

function isRecord(value: unknown): value is KernelRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  const hasLists = lists.every((name) => Array.isArray(fields[name]));
  return hasLists && objects.every((name) => typeof fields[name] === "object");
}

/** @throws BenchError unless the value is what an earlier `--json` wrote. */
export function expectRecord(path: string, value: unknown): KernelRecord {
  if (isRecord(value)) return value;
  const names = [...objects, ...lists].join(", ");
  throw new BenchError(`--read: ${path}: expected a record with ${names}, got another file`);
}
