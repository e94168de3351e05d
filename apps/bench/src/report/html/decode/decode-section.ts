import type { DecodeRecord } from "../../../decode/report/decode-record.ts";
import type { Section } from "../figure.ts";
import { stepFigure } from "./step-figure.ts";

/** What a decode run shows: a figure for each model. */
export function decodeSection(record: DecodeRecord): Section {
  const { adapter, models, protocol, rows } = record;
  const names = [...new Set(rows.map(({ model }) => model))];
  const described = models.map(({ model, weightType }) => `${model} (${weightType})`);
  const warning = adapter?.isSoftware ? " A software adapter: these times mean nothing." : "";
  return {
    heading: `Decoding on ${adapter?.device || adapter?.description || "a GPU"}`,
    summary: `${described.join(", ")}; ${adapter?.description ?? "no device"}.${warning}`,
    protocol,
    figures: names.map((name) => stepFigure(record, name)),
  };
}
