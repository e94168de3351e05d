/** Token ids with no meaning, the same always; another `sequence` has other ones from the first on. */
export function decodePrompt(length: number, vocabularySize: number, sequence = 0): number[] {
  return Array.from(
    { length },
    (_, i) => 5 + (((i + 1) * 7919 + sequence * 104729) % (vocabularySize - 5)),
  );
}
