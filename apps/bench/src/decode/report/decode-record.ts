import { BenchError } from "../../bench-error.ts";
import type { MeasuredAdapter } from "../../kernels/report/kernel-record.ts";
import type { DecodeSettings } from "../decode-settings.ts";
import type { DecodeCase } from "../run/decode-case.ts";
import type { DecodePeer } from "./decode-peer.ts";
import type {
  DecodeSpeedRow,
  LeftOutDecode,
  ModelRow,
  PrefillRow,
  ProfileRow,
} from "./decode-row.ts";

/** The file that programs read; it grows while cases are measured. */
export interface DecodeRecord {
  /** Absent until a model was opened. */
  adapter: MeasuredAdapter | null;
  readonly settings: DecodeSettings;
  /** How to read the numbers. */
  readonly protocol: readonly string[];
  readonly models: ModelRow[];
  readonly rows: DecodeSpeedRow[];
  readonly prefills: PrefillRow[];
  readonly profiles: ProfileRow[];
  readonly leftOut: LeftOutDecode[];
  /** Other programs on the same device. */
  readonly contestants: DecodePeer[];
}

/** A record without results but those measured before; what was left out then is tried again. */
export function emptyRecord(
  settings: DecodeSettings,
  protocol: readonly string[],
  before: DecodeRecord | undefined,
): DecodeRecord {
  return {
    adapter: before?.adapter ?? null,
    settings,
    protocol,
    models: [...(before?.models ?? [])],
    rows: [...(before?.rows ?? [])],
    prefills: [...(before?.prefills ?? [])],
    profiles: [...(before?.profiles ?? [])],
    leftOut: [],
    contestants: [...(before?.contestants ?? [])],
  };
}

/** Whether a case of a model has its results already. */
export function hasCase(record: DecodeRecord, model: string, decodeCase: DecodeCase): boolean {
  const isOfCase = (row: { readonly model: string; readonly context: number }): boolean =>
    row.model === model && row.context === decodeCase.context;
  if (decodeCase.kind === "prefill") return record.prefills.some(isOfCase);
  return record.rows.some((row) => isOfCase(row) && row.batch === decodeCase.batch);
}

const lists = [
  "protocol",
  "models",
  "rows",
  "prefills",
  "profiles",
  "leftOut",
  "contestants",
] as const;

/** @throws BenchError unless the value is what an earlier `--json` wrote. */
export function expectDecodeRecord(path: string, value: unknown): DecodeRecord {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const isRecord = lists.every((name) => Array.isArray(fields[name])) && "settings" in fields;
  if (isRecord) return value as DecodeRecord;
  throw new BenchError(
    `${path}: expected a record of bench decode with settings, ${lists.join(", ")}, got another file`,
  );
}
