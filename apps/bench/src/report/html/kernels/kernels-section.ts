import type { KernelRecord } from "../../../kernels/report/kernel-record.ts";
import type { Section } from "../figure.ts";
import { floorFigure } from "./floor-figure.ts";
import { timeFigure } from "./time-figure.ts";

/** What a kernels run shows: two figures for each attention shape. */
export function kernelsSection(record: KernelRecord): Section {
  const { adapter, settings, protocol } = record;
  const shapes = [...new Set(record.rows.map(({ shape }) => shape))];
  const warning = adapter.isSoftware ? " A software adapter: these times mean nothing." : "";
  return {
    heading: `Attention kernels on ${adapter.device || adapter.description || "a GPU"}`,
    summary: `${adapter.description}; batches of ${settings.batches.join(", ")}; contexts from ${Math.min(...settings.contexts).toLocaleString("en-US")} to ${Math.max(...settings.contexts).toLocaleString("en-US")}.${warning}`,
    protocol,
    figures: shapes.flatMap((shape) =>
      [floorFigure(record, shape), timeFigure(record, shape)].filter(
        (figure) => figure !== undefined,
      ),
    ),
  };
}
