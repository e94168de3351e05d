import { basename } from "node:path";
import type { ReportFile } from "../report/html/report-file.ts";
import { writeFile } from "../report/write-file.ts";

/** Writes a report of results; what draws it is loaded only here. @throws BenchError for a file that is no result. */
export async function writeHtml(
  path: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  const { htmlReport } = await import("../report/html/html-report.ts");
  const named: ReportFile[] = files.map(({ name, text }) => ({ name: basename(name), text }));
  writeFile(path, htmlReport(named));
}
