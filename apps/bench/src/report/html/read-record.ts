import type { AdviceRecord } from "../../advise/advice-record.ts";
import { BenchError } from "../../bench-error.ts";
import type { CostRecord } from "../../cost/cost-record.ts";
import type { DecodeRecord } from "../../decode/report/decode-record.ts";
import type { KernelRecord } from "../../kernels/report/kernel-record.ts";
import type { LawRecord } from "../../law/law-record.ts";
import type { QualityRecord } from "../quality-record.ts";
import { adviceSection } from "./advise/advice-section.ts";
import { costSection } from "./cost/cost-section.ts";
import { decodeSection } from "./decode/decode-section.ts";
import type { Section } from "./figure.ts";
import { kernelsSection } from "./kernels/kernels-section.ts";
import { lawSection } from "./law/law-section.ts";
import { qualitySection } from "./quality/quality-section.ts";
import type { ReportFile } from "./report-file.ts";

/** A kind of results: how its file is known, and what is drawn of it. */
interface RecordKind {
  readonly name: string;
  isOf(fields: Readonly<Record<string, unknown>>): boolean;
  section(record: unknown): Section;
}

const isList = (value: unknown): boolean => Array.isArray(value);

const KINDS: readonly RecordKind[] = [
  {
    name: "decode",
    isOf: ({ rows, prefills, profiles }) => isList(rows) && isList(prefills) && isList(profiles),
    section: (record) => decodeSection(record as DecodeRecord),
  },
  {
    name: "quality",
    isOf: ({ rows, passkeys, model }) => isList(rows) && isList(passkeys) && model !== undefined,
    section: (record) => qualitySection(record as QualityRecord),
  },
  {
    name: "kernels",
    isOf: ({ rows, adapter, contestants }) =>
      isList(rows) && isList(contestants) && adapter !== undefined,
    section: (record) => kernelsSection(record as KernelRecord),
  },
  {
    name: "law",
    isOf: ({ kind, fits }) => kind === "law" && isList(fits),
    section: (record) => lawSection(record as LawRecord),
  },
  {
    name: "cost",
    isOf: ({ kind, prices }) => kind === "cost" && isList(prices),
    section: (record) => costSection(record as CostRecord),
  },
  {
    name: "advice",
    isOf: ({ kind, candidates }) => kind === "advice" && isList(candidates),
    section: (record) => adviceSection(record as AdviceRecord),
  },
];

/** What a results file shows. @throws BenchError for a file that no suite of the bench wrote, or one that is incomplete. */
export function readRecord({ name, text }: ReportFile): Section {
  const value = parseJson(name, text);
  const kind = isObject(value) ? KINDS.find((each) => each.isOf(value)) : undefined;
  if (!kind) {
    const names = KINDS.map((each) => each.name).join(", ");
    throw new BenchError(
      `report: ${name}: expected the JSON that a suite of the bench wrote (${names}), got another file`,
    );
  }
  try {
    return kind.section(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BenchError(
      `report: ${name}: expected a complete ${kind.name} record, a field is missing or wrong: ${reason}`,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BenchError(`report: ${name} cannot be read as JSON: ${reason}`);
  }
}
