import { z } from "zod";
import type { QualityRecord } from "../src/report/quality-record.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

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
});

const passkey = z.looseObject({
  model: z.string(),
  method: z.string(),
  context: count,
  quantile: share.nullable(),
  accuracy: share,
  samples: z.array(z.object({ depth: share, found: z.boolean() })).min(1),
});

const qualityFile = z.looseObject({
  rows: z.array(row).min(1),
  passkeys: z.array(passkey),
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
