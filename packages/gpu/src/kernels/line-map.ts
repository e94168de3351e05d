/** Lines of an assembled shader that come from one file. */
export interface LineSpan {
  /** The file's name, `header` for generated lines. */
  readonly file: string;
  /** The span's first line in the assembled text, counted from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** Where each line of an assembled shader comes from, in order and without gaps. */
export type LineMap = readonly LineSpan[];

/** A line of a shader file. */
export interface FileLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly source: string;
}

/** The texts one after another, and which line is whose. */
export function joinFiles(files: readonly { readonly name: string; readonly text: string }[]): {
  readonly code: string;
  readonly lineMap: LineMap;
} {
  let firstLine = 1;
  const lineMap = files.map(({ name, text }) => {
    // WGSL's line ends; a file's last line need not have one.
    const lines = text.replace(/\r?\n$/, "").split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/);
    const span = { file: name, firstLine, lines };
    firstLine += lines.length;
    return span;
  });
  const code = lineMap.flatMap(({ lines }) => lines).join("\n");
  return { code: `${code}\n`, lineMap };
}

/** The file's line behind a line of the assembled text (from 1), or undefined outside it. */
export function locateLine(lineMap: LineMap, line: number): FileLine | undefined {
  const span = lineMap.find(
    ({ firstLine, lines }) => firstLine <= line && line < firstLine + lines.length,
  );
  if (!span) return undefined;
  const index = line - span.firstLine;
  return { file: span.file, line: index + 1, source: span.lines[index]! };
}
