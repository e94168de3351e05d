import { drawStandalone } from "./draw-figure.ts";
import { readRecord } from "./read-record.ts";
import type { ReportFile } from "./report-file.ts";

/** A drawing on its own. */
export interface SvgFile {
  readonly name: string;
  readonly svg: string;
}

/** Every figure of the results as a file, named for the results and the figure. @throws BenchError as `htmlReport`. */
export function svgFiles(files: readonly ReportFile[]): SvgFile[] {
  return files.flatMap((file) => {
    const { figures } = readRecord(file);
    const stem = file.name.replace(/\.json$/i, "");
    return figures.map((figure, i) => {
      const earlier = figures.slice(0, i).filter(({ id }) => id === figure.id).length;
      const number = earlier === 0 ? "" : `-${earlier + 1}`;
      return { name: `${stem}-${figure.id}${number}.svg`, svg: drawStandalone(figure) };
    });
  });
}
