import { expectLength } from "@sift-attention/tensor";
import { AttentionError } from "./attention-error.ts";

/** Which keys each head keeps, one bit a key. */
export interface KeptSet {
  readonly heads: number;
  /** Keys a head chooses from. */
  readonly contextLength: number;
  /** [heads, ⌈contextLength / 32⌉]: key i is bit i mod 32, counted from the lowest, of its head's word ⌊i / 32⌋. */
  readonly words: Uint32Array;
}

/** One key of one head. */
export interface HeadKey {
  readonly head: number;
  readonly key: number;
}

function wordIndex({ contextLength }: KeptSet, head: number, key: number): number {
  return head * Math.ceil(contextLength / 32) + (key >>> 5);
}

/** A set without any key, or over the bits that a kernel left: [heads, ⌈contextLength / 32⌉]. */
export function createKeptSet(
  heads: number,
  contextLength: number,
  words: Uint32Array = new Uint32Array(heads * Math.ceil(contextLength / 32)),
): KeptSet {
  expectLength("words", [heads, Math.ceil(contextLength / 32)], words);
  return { heads, contextLength, words };
}

/** Puts a key into the set. */
export function keepKey(set: KeptSet, head: number, key: number): void {
  set.words[wordIndex(set, head, key)]! |= 1 << (key & 31);
}

/** Whether the head keeps the key. */
export function isKept(set: KeptSet, head: number, key: number): boolean {
  return ((set.words[wordIndex(set, head, key)]! >>> (key & 31)) & 1) === 1;
}

/** The keys of a head in ascending order. Bits past the context length do not count. */
export function keptKeys(set: KeptSet, head: number): number[] {
  const keys: number[] = [];
  for (let key = 0; key < set.contextLength; key++) if (isKept(set, head, key)) keys.push(key);
  return keys;
}

/**
 * The keys kept by any query head of each KV head: the value rows really read.
 * @param groupSize Query heads per KV head, a divisor of `set.heads`.
 */
export function unionKept(set: KeptSet, groupSize: number): KeptSet {
  const union = createKeptSet(set.heads / groupSize, set.contextLength);
  for (let head = 0; head < set.heads; head++) {
    for (const key of keptKeys(set, head)) keepKey(union, Math.floor(head / groupSize), key);
  }
  return union;
}

/**
 * Where two sets disagree, but for the keys of `band`, which may go either way.
 * @throws AttentionError "invalid-argument" when the sets differ in heads or context length.
 */
export function differingKeys(expected: KeptSet, got: KeptSet, band?: KeptSet): HeadKey[] {
  expectSameSize("got", expected, got);
  if (band !== undefined) expectSameSize("band", expected, band);
  const differing: HeadKey[] = [];
  for (let head = 0; head < expected.heads; head++) {
    for (let key = 0; key < expected.contextLength; key++) {
      if (isKept(expected, head, key) === isKept(got, head, key)) continue;
      if (band === undefined || !isKept(band, head, key)) differing.push({ head, key });
    }
  }
  return differing;
}

function expectSameSize(name: string, expected: KeptSet, got: KeptSet): void {
  const { heads, contextLength } = expected;
  if (got.heads === heads && got.contextLength === contextLength) return;
  throw new AttentionError(
    "invalid-argument",
    `${name}: expected ${heads} heads of ${contextLength} keys, got ${got.heads} of ${got.contextLength}`,
  );
}
