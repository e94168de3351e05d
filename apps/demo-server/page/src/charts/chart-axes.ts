import type uPlot from "uplot";
import type { ColourProbe } from "./colour-probe.ts";

const FONT = "11px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** How an axis looks everywhere on the page; `more` adds its ticks and labels. */
export function createAxis(probe: ColourProbe, more: uPlot.Axis): uPlot.Axis {
  const isVertical = more.side === 3;
  return {
    font: FONT,
    labelFont: FONT,
    labelSize: 16,
    labelGap: 0,
    size: isVertical ? 46 : 24,
    gap: 6,
    stroke: () => probe.read("ink-faint"),
    grid: { show: isVertical, stroke: () => probe.read("line"), width: 1 },
    ticks: { show: !isVertical, stroke: () => probe.read("line"), width: 1, size: 4 },
    border: { show: !isVertical, stroke: () => probe.read("line"), width: 1 },
    ...more,
  };
}
