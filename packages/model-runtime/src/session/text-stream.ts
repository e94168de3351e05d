/** Turns the bytes of tokens into text that is certain: whole characters that cannot be part of a stop string. */
export class TextStream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #stops: readonly string[];
  #held = "";
  #stopText: string | undefined;

  /** `stops`: non-empty strings that end the text. */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** The stop string that was found: the one that ends first, of those the longest. Nothing comes after it. */
  get stopText(): string | undefined {
    return this.#stopText;
  }

  /** Text that became certain with these bytes. */
  push(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Text still held back; half a character becomes U+FFFD. */
  end(): string {
    const text = this.#take(this.#decoder.decode()) + this.#held;
    this.#held = "";
    return text;
  }

  #take(text: string): string {
    if (this.#stopText !== undefined) return "";
    const pending = this.#held + text;
    const found = firstStop(pending, this.#stops);
    const certain = found ? found.start : pending.length - undecidedLength(pending, this.#stops);
    this.#stopText = found?.stop;
    this.#held = found ? "" : pending.slice(certain);
    return pending.slice(0, certain);
  }
}

function firstStop(
  text: string,
  stops: readonly string[],
): { readonly start: number; readonly stop: string } | undefined {
  return stops
    .map((stop) => ({ start: text.indexOf(stop), stop }))
    .filter(({ start }) => start !== -1)
    .sort((a, b) => a.start + a.stop.length - (b.start + b.stop.length) || a.start - b.start)[0];
}

/** Length of the longest end of the text that begins a stop string. */
function undecidedLength(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
