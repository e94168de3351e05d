/** Lines of a Markdown table: text to the left in the first column, numbers to the right in the others. */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(headings),
    line(headings.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows.map(line),
  ];
}
