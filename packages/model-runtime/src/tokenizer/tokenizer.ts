/** Turns text into token ids and back. */
export interface Tokenizer {
  /** Ids that decode; ids at or past it have no text. */
  readonly vocabularySize: number;
  /**
   * Ids of a text. `addSpecialTokens` (default true) adds what the model expects around a text, such as a
   * beginning-of-sequence token; special tokens written out in the text, such as `<|im_end|>`, become their ids when
   * `parseSpecialTokens` (default true).
   */
  encode(
    text: string,
    options?: { readonly addSpecialTokens?: boolean; readonly parseSpecialTokens?: boolean },
  ): number[];
  /** Text of ids; special tokens are left out unless `keepSpecialTokens`. Invalid UTF-8 becomes U+FFFD. */
  decode(ids: readonly number[], options?: { readonly keepSpecialTokens?: boolean }): string;
  /** The bytes that one token stands for inside a text, empty for a special token. */
  tokenBytes(id: number): Uint8Array;
  isSpecial(id: number): boolean;
  /** Id of a token by its exact written form. */
  tokenId(token: string): number | undefined;
}
