import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../quality/quality-input.ts";

const FORMAT = "{bar} {value}/{total} cells | {duration_formatted} | {label}";

const SILENT: Progress = { start() {}, report() {}, advance() {}, stop() {} };

/** A bar on a terminal; silence elsewhere. */
export function createProgressBar(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return SILENT;
  const options = { format: FORMAT, stream, hideCursor: true, clearOnComplete: true };
  const bar = new SingleBar(options, Presets.shades_classic);
  return {
    start: (cells) => bar.start(cells, 0, { label: "" }),
    report: (label) => bar.update({ label }),
    advance: () => bar.increment(),
    stop: () => bar.stop(),
  };
}
