import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type ColourProbe, createColourProbe } from "../charts/colour-probe.ts";
import { paintVersion } from "../theme.ts";

/** A chart's options without its size. */
export type PlotOptions = Omit<uPlot.Options, "width" | "height">;

interface PlotProps {
  /** What the chart shows, for those who do not see it; its numbers stand beside it as text. */
  readonly label: string;
  readonly createOptions: (probe: ColourProbe) => PlotOptions;
  /** Draws with the signals it reads: called again when they change. */
  readonly update: (plot: uPlot) => void;
}

/** A uPlot chart as wide and high as its box, in the colours of the theme. */
export function Plot({ label, createOptions, update }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(update);
  latest.current = update;
  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const probe = createColourProbe(host);
    const size = (): { width: number; height: number } => ({
      width: Math.max(1, host.clientWidth),
      height: Math.max(1, host.clientHeight),
    });
    const plot = new uPlot({ ...createOptions(probe), ...size() }, [[]], host);
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(host);
    const stopDrawing = effect(() => latest.current(plot));
    const stopPainting = effect(() => {
      if (paintVersion.value > 0) plot.redraw(false, true);
    });
    return () => {
      stopDrawing();
      stopPainting();
      observer.disconnect();
      plot.destroy();
      probe.remove();
    };
  }, [createOptions]);
  return <div class="plot" ref={box} role="img" aria-label={label} />;
}
