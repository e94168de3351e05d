/** A token that is found in a text before the model cuts it up. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out of decoded text, and found only where special tokens are parsed. */
  readonly special: boolean;
  /** Swallows the white space before it. */
  readonly lstrip: boolean;
  /** Swallows the white space after it. */
  readonly rstrip: boolean;
  /** Found only where no letter or digit touches it. */
  readonly singleWord: boolean;
  /** Found after normalisation, not before. */
  readonly normalized: boolean;
}

/** A piece of a text: text still to encode, never empty, or an added token. */
export type TextPiece = string | AddedToken;

/** Cuts texts at added tokens: the leftmost first, of those at one place the longest. */
export function createAddedTokenSplitter(
  tokens: readonly AddedToken[],
): (text: string) => TextPiece[] {
  const byFirst = groupByFirst(tokens);
  return (text) => {
    const pieces: TextPiece[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const found = byFirst.get(text.charCodeAt(at))?.find((token) => matches(text, at, token));
      if (!found) continue;
      const before = text.slice(start, at);
      pushText(pieces, found.lstrip ? before.trimEnd() : before);
      pieces.push(found);
      start = at + found.content.length;
      if (found.rstrip) start = text.length - text.slice(start).trimStart().length;
      at = start - 1;
    }
    pushText(pieces, text.slice(start));
    return pieces;
  };
}

function groupByFirst(tokens: readonly AddedToken[]): ReadonlyMap<number, readonly AddedToken[]> {
  const byFirst = new Map<number, AddedToken[]>();
  for (const token of tokens.toSorted((a, b) => b.content.length - a.content.length)) {
    const first = token.content.charCodeAt(0);
    const list = byFirst.get(first);
    if (list) list.push(token);
    else byFirst.set(first, [token]);
  }
  return byFirst;
}

function matches(text: string, at: number, { content, singleWord }: AddedToken): boolean {
  if (!text.startsWith(content, at)) return false;
  if (!singleWord) return true;
  const end = at + content.length;
  return (
    !/[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, at - 2), at)) &&
    !/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2))
  );
}

function pushText(pieces: TextPiece[], text: string): void {
  if (text !== "") pieces.push(text);
}
