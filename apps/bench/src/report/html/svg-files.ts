import { BenchError } from "../../bench-error.ts";
import { drawStandalone } from "./draw-figure.ts";
import type { Figure } from "./figure.ts";
import { readRecord } from "./read-record.ts";
import type { ReportFile } from "./report-file.ts";

/** A drawing on its own. */
export interface SvgFile {
  readonly name: string;
  readonly svg: string;
}

/**
 * The figures of the results as files, named for the results and the figure.
 *
 * @param only Ids of figures; all when left out.
 * @throws BenchError as `htmlReport`, and for an id that none of the results has.
 */
export function svgFiles(files: readonly ReportFile[], only?: readonly string[]): SvgFile[] {
  const sections = files.map((file) => ({ file, figures: readRecord(file).figures }));
  expectIds(
    sections.flatMap(({ figures }) => figures),
    only,
  );
  return sections.flatMap(({ file, figures }) => {
    const stem = file.name.replace(/\.json$/i, "");
    return figures.flatMap((figure, i) => {
      if (only && !only.includes(figure.id)) return [];
      const earlier = figures.slice(0, i).filter(({ id }) => id === figure.id).length;
      const number = earlier === 0 ? "" : `-${earlier + 1}`;
      return [{ name: `${stem}-${figure.id}${number}.svg`, svg: drawStandalone(figure) }];
    });
  });
}

function expectIds(figures: readonly Figure[], only: readonly string[] = []): void {
  const ids = [...new Set(figures.map(({ id }) => id))];
  const unknown = only.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new BenchError(`--only: expected some of ${ids.join(", ")}; got ${unknown}`);
}
