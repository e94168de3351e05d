import type { LawRecord } from "../../../law/law-record.ts";
import { percent } from "../../format-cell.ts";
import type { Figure } from "../figure.ts";
import { tip } from "../number-cell.ts";
import { placed } from "../quality/text-rows.ts";
import { type HeatCell, heatCaption, heatMap, heatTable } from "./heat-map.ts";

const BOUNDS = [0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5] as const;

/** What each head keeps when it sifts. */
export function keptMapFigure(record: LawRecord, text: string): Figure {
  const cells: HeatCell[] = placed("kept", record.kept)
    .filter(({ row }) => row.text === text)
    .map(({ row, path }) => ({
      panel: `τ ${row.quantile}: asked for ${percent(1 - row.quantile)}`,
      layer: row.layer,
      head: row.head,
      value: row.keptFraction,
      path: `${path}.keptFraction`,
      text: (100 * row.keptFraction).toFixed(0),
      tip: tip(`layer ${row.layer}, head ${row.head}, τ ${row.quantile}`, [
        [`${path}.keptFraction`, row.keptFraction],
        [`${path}.droppedMass`, row.droppedMass],
      ]),
    }));
  return {
    id: "law-kept",
    title: `Kept fraction of every head, ${text}`,
    caption: `Percent of its visible keys that each query head keeps on the second half of the text, with the runtime's default settings at each τ. ${heatCaption(BOUNDS, (bound) => `${100 * bound} %`)}`,
    fields: ["kept[].layer", "kept[].head", "kept[].keptFraction"],
    draw: (width) => heatMap(cells, BOUNDS, width),
    table: heatTable(cells),
  };
}
