import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextStream } from "./text-stream.ts";

/** Every text that came out, one entry a push, and the stop string. */
function streamed(
  bytes: Uint8Array,
  cuts: readonly number[],
  stops: readonly string[],
): { readonly pieces: string[]; readonly stopText: string | undefined } {
  const stream = new TextStream(stops);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const end of ends) {
    pieces.push(stream.push(bytes.subarray(from, end)));
    from = end;
  }
  pieces.push(stream.end());
  return { pieces, stopText: stream.stopText };
}

/** Text before the stop string that is complete first when the text is read character by character. */
function untilStop(text: string, stops: readonly string[]): string {
  for (let end = 0; end <= text.length; end++) {
    const starts = stops
      .filter((stop) => text.slice(0, end).endsWith(stop))
      .map((stop) => end - stop.length);
    if (starts.length > 0) return text.slice(0, Math.min(...starts));
  }
  return text;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Few letters, so that stop strings occur, overlap and nearly occur. */
const letters = fc.constantFrom("a", "b", "é", "\u{1F600}", "\uFEFF", "\n");
const textArbitrary = fc.string({ unit: letters, maxLength: 40 });
const stopsArbitrary = fc.array(fc.string({ unit: letters, minLength: 1, maxLength: 4 }), {
  maxLength: 4,
});
const cutsArbitrary = fc.array(fc.nat(), { maxLength: 30 });

describe("TextStream", () => {
  test("any text cut anywhere comes out whole up to the first stop string", () => {
    fc.assert(
      fc.property(textArbitrary, cutsArbitrary, stopsArbitrary, (text, cuts, stops) => {
        const { pieces, stopText } = streamed(encode(text), cuts, stops);
        const expected = untilStop(text, stops);
        expect(pieces.join("")).toBe(expected);
        expect(stopText !== undefined).toBe(
          expected !== text || stops.some((s) => text.includes(s)),
        );
        if (stopText !== undefined) expect(text.startsWith(expected + stopText)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("any bytes come out as they decode in one piece", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), cutsArbitrary, (bytes, cuts) => {
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        expect(streamed(bytes, cuts, []).pieces.join("")).toBe(whole);
      }),
    );
  });

  test("no piece ends inside a character", () => {
    const stream = new TextStream([]);
    const pieces = [...encode("a\u{1F600}b")].map((byte) => stream.push(Uint8Array.of(byte)));
    expect(pieces).toEqual(["a", "", "", "", "\u{1F600}", "b"]);
  });

  test("holds back no more than may begin a stop string", () => {
    const stream = new TextStream(["END", "\n\n"]);
    const pieces = ["so", " E", "N", "T", "\n", "x"].map((text) => stream.push(encode(text)));
    expect(pieces).toEqual(["so", " ", "", "ENT", "", "\nx"]);
  });

  test("what was held back comes at the end", () => {
    const stream = new TextStream(["END"]);
    expect(stream.push(encode("the EN"))).toBe("the ");
    expect(stream.end()).toBe("EN");
  });

  test("the stop string that is complete first ends the text, of two the longer", () => {
    expect(streamed(encode("xabcd"), [], ["abcd", "bc"])).toMatchObject({ stopText: "bc" });
    expect(streamed(encode("xabc"), [2], ["bc", "abc"])).toMatchObject({ stopText: "abc" });
  });
});
