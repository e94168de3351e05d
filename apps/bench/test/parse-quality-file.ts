import { z } from "zod";
import type { QualityRecord } from "../src/report/quality-record.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

const calibration = z.object({
  parameter: z.string(),
  value: z.number().positive(),
  keptFraction: share,
});

const outputError = z.object({
  mean: z.number().min(0),
  max: z.number().min(0),
  byLayer: z.array(z.number().min(0)).min(1),
  boundUseMax: z.number().min(0),
  aboveBound: count,
  heads: count,
  rows: count,
});

const schedule = z.object({ fallbacks: count, redos: count, exceeded: count, alarms: count });

/** A row as programs that read the file rely on it: these names for good, others may follow. */
const row = z.looseObject({
  model: z.string(),
  text: z.string(),
  method: z.string(),
  context: count,
  perplexityRatio: z.number().positive(),
  klMean: z.number().min(0),
  top1Agreement: share,
  keptNominal: share,
  keptMean: share,
  keptUnion: share,
  droppedMassMean: share,
  droppedMassMax: share,
  valueRowsRead: z.number().min(0),
  quantile: share.nullable(),
  perplexityRatioError: z.number().min(0),
  perplexity: z.number().min(1),
  klP99: z.number().min(0),
  klMax: z.number().min(0),
  droppedMassP99: share,
  valueBytesRead: z.number().min(0),
  valueRowsVisible: z.number().positive(),
  tokens: count,
  windows: count,
  warmupTokens: count,
  warmupKlMax: z.number().min(0),
  passkeyAccuracy: share.nullable(),
  passkeySamples: count,
  calibration: calibration.nullable(),
  keptSinceStart: share,
  keptMassMean: share,
  keptMassP1: share,
  keptMassMin: share,
  keptByHead: z.array(z.array(share)),
  schedule: schedule.nullable(),
  outputError: outputError.nullable(),
});

const passkey = z.looseObject({
  model: z.string(),
  method: z.string(),
  context: count,
  quantile: share.nullable(),
  accuracy: share,
  keys: count,
  calibration: calibration.nullable(),
  samples: z.array(z.object({ depth: share, found: z.boolean(), seed: count })).min(1),
});

const generation = z.looseObject({
  model: z.string(),
  text: z.string(),
  method: z.string(),
  quantile: share.nullable(),
  calibration: calibration.nullable(),
  promptTokens: count,
  tokens: count,
  temperature: z.number().min(0),
  seed: count,
  firstDifference: count.nullable(),
  agreement: share,
  klMean: z.number().min(0),
  klP99: z.number().min(0),
  top1Agreement: share,
  selfPerplexity: z.number().min(1),
  fullSelfPerplexity: z.number().min(1),
  keptNominal: share,
  keptMean: share,
  keptUnion: share,
});

const shift = z.looseObject({
  model: z.string(),
  texts: z.tuple([z.string(), z.string()]),
  pair: count,
  method: z.string(),
  quantile: share.nullable(),
  calibration: calibration.nullable(),
  seam: count,
  keptNominal: share,
  stepsToAlarm: count.nullable(),
  alarmsBefore: count.nullable(),
  keptBefore: share,
  keptAfter: share,
  keptLater: share,
  firstPosition: count,
  kept: z.array(share).min(1),
});

const qualityFile = z.looseObject({
  rows: z.array(row),
  passkeys: z.array(passkey),
  needles: z.array(passkey),
  generations: z.array(generation),
  shifts: z.array(shift),
  model: z.object({
    name: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    weightType: z.string(),
    backend: z.string(),
  }),
  protocol: z.array(z.string()),
});

/** @throws ZodError that says which field is not as promised. */
export function parseQualityFile(text: string): QualityRecord {
  const value: unknown = JSON.parse(text);
  qualityFile.parse(value);
  return value as QualityRecord;
}
