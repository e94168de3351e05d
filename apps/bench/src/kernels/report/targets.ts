import { type CaseKey, findPeer, findRow } from "./find-row.ts";
import type { KernelRecord } from "./kernel-record.ts";

/** A speed to reach: a ratio per case, and what it must be. */
export interface Target {
  readonly name: string;
  readonly limit: string;
  /** The ratio in one case; undefined where a row is missing or the target does not apply. */
  ratio(record: KernelRecord, key: CaseKey): number | undefined;
  /** Whether a ratio meets it; undefined for one that is only reported. */
  passes?(ratio: number, key: CaseKey): boolean;
}

const CUDNN = "cudnn-full";
const QUARTER = 0.25;
const K = 1024;

function quotient(over?: { readonly medianUs: number }, under?: { readonly medianUs: number }) {
  return over && under ? over.medianUs / under.medianUs : undefined;
}

function extreme(pick: (...values: number[]) => number, values: readonly (number | undefined)[]) {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? pick(...known) : undefined;
}

const ofFloor = (row?: { readonly floorUs: number; readonly medianUs: number }) =>
  row && row.floorUs / row.medianUs;

function leastOfFloor(record: KernelRecord, key: CaseKey): number | undefined {
  return extreme(Math.min, [
    ofFloor(findRow(record, key, "full")),
    ofFloor(findRow(record, key, "sifted", QUARTER)),
  ]);
}

/** The six lines of the project's speed goals, and the two about small contexts and large batches. */
export const TARGETS: readonly Target[] = [
  {
    name: "score pass: share of the plain-read rate",
    limit: "≥ 0.85 from 65,536 on",
    ratio: (record, key) =>
      key.context < 64 * K
        ? undefined
        : quotient(findRow(record, key, "read-keys"), findRow(record, key, "scores")),
    passes: (ratio) => ratio >= 0.85,
  },
  {
    name: "full / cuDNN",
    limit: "≤ 1.15 from 16,384 on",
    ratio: (record, key) =>
      key.context < 16 * K
        ? undefined
        : quotient(findRow(record, key, "full"), findPeer(record, key, CUDNN)),
    passes: (ratio) => ratio <= 1.15,
  },
  {
    name: "sifted, union 25 % / cuDNN full",
    limit: "< 1 from 16,384 on, ≤ 0.72 at 131,072",
    ratio: (record, key) =>
      key.context < 16 * K
        ? undefined
        : quotient(findRow(record, key, "sifted", QUARTER), findPeer(record, key, CUDNN)),
    passes: (ratio, { context }) => (context < 128 * K ? ratio < 1 : ratio <= 0.72),
  },
  {
    name: "sifted in one pass, union 25 % / cuDNN full",
    limit: "< 1 from 16,384 on, ≤ 0.72 at 131,072",
    ratio: (record, key) =>
      key.context < 16 * K
        ? undefined
        : quotient(findRow(record, key, "sifted-sampled", QUARTER), findPeer(record, key, CUDNN)),
    passes: (ratio, { context }) => (context < 128 * K ? ratio < 1 : ratio <= 0.72),
  },
  {
    name: "sifted that drops nothing / full, the slower of threshold 0 and the lowest one",
    limit: "≤ 1.05",
    ratio: (record, key) => {
      const full = findRow(record, key, "full");
      return extreme(Math.max, [
        quotient(findRow(record, key, "sifted", 1), full),
        quotient(findRow(record, key, "sifted-lowest"), full),
      ]);
    },
    passes: (ratio) => ratio <= 1.05,
  },
  {
    name: "top-k / sifted at the same fraction, the least",
    limit: "≥ 3 from 65,536 on",
    ratio: (record, key) =>
      key.context < 64 * K
        ? undefined
        : extreme(
            Math.min,
            record.settings.fractions.map((fraction) =>
              quotient(
                findRow(record, key, "top-k", fraction),
                findRow(record, key, "sifted", fraction),
              ),
            ),
          ),
    passes: (ratio) => ratio >= 3,
  },
  {
    name: "floor / time, the lesser of full and sifted at 25 %",
    limit: "reported",
    ratio: leastOfFloor,
  },
  {
    name: "sifted with its default gate / full",
    limit: "≤ 1.02 (noise) up to 4,096",
    ratio: (record, key) =>
      key.context > 4 * K
        ? undefined
        : quotient(findRow(record, key, "sifted-default"), findRow(record, key, "full")),
    passes: (ratio) => ratio <= 1.02,
  },
  {
    name: "batch 32: floor / time, over that of batch 1 at 131,072",
    limit: "≥ 0.95 at 8,192",
    ratio: (record, key) => {
      if (key.batch !== 32 || key.context !== 8 * K) return undefined;
      const alone = leastOfFloor(record, { shape: key.shape, batch: 1, context: 128 * K });
      const here = leastOfFloor(record, key);
      return alone === undefined || here === undefined ? undefined : here / alone;
    },
    passes: (ratio) => ratio >= 0.95,
  },
];

/** A target's ratios over the contexts of one shape and batch. */
export interface JudgedTarget {
  readonly name: string;
  readonly limit: string;
  readonly ratios: readonly { readonly context: number; readonly ratio: number }[];
  readonly verdict: "pass" | "fail" | "reported" | "not measured";
  /** Contexts that fail. */
  readonly failedAt: readonly number[];
}

/** Judges every target on one shape and batch. */
export function judgeTargets(
  record: KernelRecord,
  { shape, batch, contexts }: Omit<CaseKey, "context"> & { readonly contexts: readonly number[] },
): JudgedTarget[] {
  return TARGETS.map((target) => {
    const ratios = contexts.flatMap((context) => {
      const ratio = target.ratio(record, { shape, batch, context });
      return ratio === undefined ? [] : [{ context, ratio }];
    });
    const { passes } = target;
    const failedAt = ratios
      .filter(({ context, ratio }) => passes && !passes(ratio, { shape, batch, context }))
      .map(({ context }) => context);
    const judged = !passes ? "reported" : failedAt.length > 0 ? "fail" : "pass";
    const verdict = ratios.length === 0 ? "not measured" : judged;
    return { name: target.name, limit: target.limit, ratios, verdict, failedAt };
  });
}
