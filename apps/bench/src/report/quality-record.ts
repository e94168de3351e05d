import type { QualityInput } from "../quality/quality-input.ts";
import type { QualitySettings } from "../quality/quality-settings.ts";
import type { QualityTable } from "../quality/run-quality.ts";

/** The file that programs read: the table, and what it was made from. */
export interface QualityRecord extends QualityTable {
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly weightType: string;
    readonly backend: string;
  };
  readonly settings: QualitySettings;
  readonly protocol: readonly string[];
}

/** How to read the numbers, in the words of apps/bench/README.md. */
const PROTOCOL = [
  "Calibrated methods have their parameter from the beginning of the text, which no window touches: there its mean kept fraction under full attention's scores is 1 − τ.",
  "Teacher-forced: each window is run once; its first eighth under full attention, as a prompt is, the rest under the method.",
  "Compared are the positions after that eighth and the warmup, the same ones for every method; perplexity ratio, KL and top-1 agreement are to full attention on the same positions, ± is one standard error.",
  "Warmup rows are full attention and count for nothing.",
  "kept is per query head, union per KV head (what is read); value rows and kB are per token over all layers.",
  "Dropped mass is per query head; its 99 % is exact to 0.001.",
  "Output error is ‖ô − o‖ / ‖o‖ of a layer's attention against full attention in float64 on the same queries, keys and values, at sampled rows; its bound is d·max‖v‖ where the dropped mass is lost, d·max‖v − v̄‖ with the mean value, twice that renormalised.",
  "Pass keys: the haystack is read under full attention, question and answer under the method, whose warmup ends where the question begins.",
] as const;

export function qualityRecord(input: QualityInput, table: QualityTable): QualityRecord {
  const { weightType, backendDescription } = input.model.info;
  return {
    ...table,
    model: {
      name: input.modelName,
      sha256: input.modelDigest,
      weightType,
      backend: backendDescription,
    },
    settings: input.settings,
    protocol: PROTOCOL,
  };
}
