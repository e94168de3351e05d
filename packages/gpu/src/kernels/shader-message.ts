/** One message of the shader compiler, placed in the file that it is about. */
export interface ShaderMessage {
  readonly type: "error" | "warning" | "info";
  readonly text: string;
  /** The shader file's name, `header` for generated lines; undefined when the compiler names no place. */
  readonly file: string | undefined;
  /** 1-based line of that file, 0 when unknown. */
  readonly line: number;
  /** 1-based column in UTF-16 units, 0 when unknown. */
  readonly column: number;
  /** The line's text. */
  readonly source: string;
}

/** The message as an editor's error list writes it, the line below it and a mark under the column. */
export function formatShaderMessage(message: ShaderMessage): string {
  const { file, line, column, type, text, source } = message;
  if (file === undefined) return `${type}: ${text}`;
  const margin = source.slice(0, Math.max(0, column - 1)).replaceAll(/[^\t]/g, " ");
  return `${file}:${line}:${column}: ${type}: ${text}\n    ${source}\n    ${margin}^`;
}
