import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BenchError } from "../bench-error.ts";
import type { ReportFile } from "../report/html/report-file.ts";
import { writeFile } from "../report/write-file.ts";
import type { CliContext } from "./cli-context.ts";
import type { ReportOptions } from "./report-command.ts";

/** Draws what the files hold. @throws BenchError for a file that no suite of the bench wrote. */
export async function runReportCommand(
  paths: readonly string[],
  { html, svg, only }: ReportOptions,
  { stderr }: CliContext,
): Promise<void> {
  const files = paths.map(readReportFile);
  const written: string[] = [];
  if (svg !== undefined) {
    const { svgFiles } = await import("../report/html/svg-files.ts");
    for (const { name, svg: text } of svgFiles(files, only)) {
      writeFile(join(svg, name), text);
      written.push(join(svg, name));
    }
  }
  if (html !== undefined || svg === undefined) {
    const { htmlReport } = await import("../report/html/html-report.ts");
    const path = html ?? "report.html";
    writeFile(path, htmlReport(files));
    written.push(path);
  }
  stderr.write(`Written: ${written.join(", ")}\n`);
}

function readReportFile(path: string): ReportFile {
  try {
    return { name: basename(path), text: readFileSync(path, "utf8") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BenchError(`report: ${path} cannot be read: ${reason}`);
  }
}
