/** A line of an assembled shader, and the line of its file that it comes from. */
export interface SourceLine {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Lines of an assembled shader that come from one file. */
export interface LineSpan {
  /** The file's name, `header` for generated lines. */
  readonly file: string;
  /** The span's first line in the assembled text, counted from 1. */
  readonly firstLine: number;
  /** In the assembled text's order; the lines of an unrolled loop come up once a round. */
  readonly lines: readonly SourceLine[];
}

/** Where each line of an assembled shader comes from, in order and without gaps. */
export type LineMap = readonly LineSpan[];

/** A line of a shader file. */
export interface FileLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** As the compiler saw it: in an unrolled loop with the counter's value in its place. */
  readonly source: string;
}

/** A text's lines by WGSL's line ends; the last need not have one. */
export function linesOf(text: string): readonly SourceLine[] {
  const lines = text.replace(/\r?\n$/, "").split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/);
  return lines.map((text, index) => ({ line: index + 1, text }));
}

/** Files one after another, and which line is whose. */
export function joinFiles(
  files: readonly { readonly name: string; readonly lines: readonly SourceLine[] }[],
): {
  readonly code: string;
  readonly lineMap: LineMap;
} {
  let firstLine = 1;
  const lineMap = files.map(({ name, lines }) => {
    const span = { file: name, firstLine, lines };
    firstLine += lines.length;
    return span;
  });
  const code = lineMap.flatMap(({ lines }) => lines.map(({ text }) => text)).join("\n");
  return { code: `${code}\n`, lineMap };
}

/** The file's line behind a line of the assembled text (from 1), or undefined outside it. */
export function locateLine(lineMap: LineMap, line: number): FileLine | undefined {
  const span = lineMap.find(
    ({ firstLine, lines }) => firstLine <= line && line < firstLine + lines.length,
  );
  if (!span) return undefined;
  const { line: fileLine, text } = span.lines[line - span.firstLine]!;
  return { file: span.file, line: fileLine, source: text };
}
