/** Lines of a table with aligned columns: text to the left in the first, numbers to the right in the others. */
export function alignTable(lines: readonly (readonly string[])[], separator: string): string[] {
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => [...line[column]!].length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join(separator)
      .trimEnd(),
  );
}
