/** JSON with one line for each field and for each entry of its lists: small, and a diff shows which entry changed. */
export function recordText(record: object): string {
  const fields = Object.entries(record).map(
    ([name, value]) => `${JSON.stringify(name)}: ${fieldText(value)}`,
  );
  return `{\n${fields.join(",\n")}\n}\n`;
}

function fieldText(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;
}
