/** Ids of the tokens `<0x00>` to `<0xFF>`; undefined when one is missing. */
export function findByteTokens(
  vocabulary: ReadonlyMap<string, number>,
): readonly number[] | undefined {
  const ids = Array.from({ length: 256 }, (_, byte) => {
    const hex = byte.toString(16).toUpperCase().padStart(2, "0");
    return vocabulary.get(`<0x${hex}>`);
  });
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

/** The byte of a token such as `<0x0A>`, undefined for any other. */
export function fallbackByte(token: string): number | undefined {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
