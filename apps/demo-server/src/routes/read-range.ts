/** Bytes from `start` on, up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The one range that a request asks for (RFC 9110, 14.2): undefined for the whole, also where the client holds parts of
 * other content or asks for several ranges; "outside" when nothing of it is there.
 */
export function readRange(
  asked: Headers,
  etag: string,
  byteLength: number,
): ByteRange | "outside" | undefined {
  const ifRange = asked.get("if-range");
  if (ifRange !== null && ifRange !== etag) return undefined;
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(asked.get("range") ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, byteLength - Number(last)) : Number(first);
  const end = first === "" || last === "" ? byteLength : Math.min(byteLength, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  return start < end ? { start, end } : "outside";
}
