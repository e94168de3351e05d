import type { LawFit, LawRecord } from "../../../law/law-record.ts";
import { LAW_SETTINGS } from "../../../law/law-settings.ts";
import type { Figure } from "../figure.ts";
import { tip } from "../number-cell.ts";
import { placed } from "../quality/text-rows.ts";
import { type HeatCell, heatCaption, heatMap, heatTable } from "./heat-map.ts";

const BOUNDS = [0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.92] as const;

/** R² of the law in every head, and where it does not hold. */
export function fitQualityFigure({ fits, variants, settings }: LawRecord, text: string): Figure {
  const variant = variants[0]!.name;
  const cells = fitCells(fits, (fit) => fit.text === text && fit.variant === variant);
  return fitMapFigure(text, cells, settings);
}

/** The cells of the fits that are shown, with their places in `fits` of the file. */
export function fitCells(
  fits: readonly LawFit[],
  isShown: (fit: LawFit) => boolean,
): readonly HeatCell[] {
  return placed("fits", fits)
    .filter(({ row }) => isShown(row))
    .map(({ row, path }) => ({
      panel: `τ ${row.quantile}`,
      layer: row.layer,
      head: row.head,
      value: row.rSquared,
      path: `${path}.rSquared`,
      text: row.rSquared.toFixed(2).replace(/^(-?)0\./, "$1."),
      isMarked: row.failures.length > 0,
      tip: tip(
        `layer ${row.layer}, head ${row.head}, τ ${row.quantile}: ${row.failures.join(" and ") || "holds"}`,
        [
          [`${path}.rSquared`, row.rSquared],
          [`${path}.exponent`, row.exponent],
          [`${path}.heldOut.logBias`, row.heldOut.logBias],
        ],
      ),
    }));
}

/** The map of such cells. */
export function fitMapFigure(
  text: string,
  cells: readonly HeatCell[],
  { leastRSquared, mostLogBias }: LawRecord["settings"] = LAW_SETTINGS,
): Figure {
  const off = Math.round(100 * Math.expm1(mostLogBias));
  return {
    id: "law-fit",
    title: `Where the law holds, ${text}`,
    caption: `R² of ln θ on ln N over log-spaced rows. A red frame is a head where the law does not hold: R² below ${leastRSquared}, or a threshold more than ${off} % off on the rows held out. ${heatCaption(BOUNDS, String)}`,
    fields: ["fits[].rSquared", "fits[].failures"],
    draw: (width) => heatMap(cells, BOUNDS, width),
    table: heatTable(cells),
  };
}
