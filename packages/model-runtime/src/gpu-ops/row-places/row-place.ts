import type { ShaderFile } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import rowPlaceText from "./row-place.wgsl";

/** A row of a step. */
export interface RowPlace {
  readonly slot: number;
  /** Tokens before it in its sequence. */
  readonly position: number;
  /** Absent: the token that was last drawn in the slot, which the device knows. */
  readonly token?: number;
  /**
   * Whether its slot's sums of values, which reach up to its position, take its own in. No other row of the slot in the
   * same step then.
   */
  readonly extendsSums?: boolean;
}

/** What the places of a step must lie below. */
export interface RowPlaceLimits {
  readonly slots: number;
  /** Tokens that each slot holds. */
  readonly capacity: number;
  readonly vocabularySize: number;
}

/** Numbers of one place in a buffer: u32 [rows, 4]. */
export const rowPlaceWords = 4;

/** Bytes of one place. */
export const rowPlaceBytes: number = 4 * rowPlaceWords;

/** `RowPlace` as shaders know it. */
export const rowPlaceFile: ShaderFile = { name: "row-place.wgsl", text: rowPlaceText };

function expectBelow(where: string, value: number, limit: number): void {
  if (Number.isInteger(value) && value >= 0 && value < limit) return;
  throw new ModelError("bad-option", `${where}: expected 0 to ${limit - 1}, got ${value}`);
}

function expectPlace(r: number, place: RowPlace, limits: RowPlaceLimits): void {
  expectBelow(`rows[${r}]: slot`, place.slot, limits.slots);
  expectBelow(`rows[${r}]: position`, place.position, limits.capacity);
  expectBelow(`rows[${r}]: token`, place.token ?? 0, limits.vocabularySize);
}

function flagsOf({ token, extendsSums = false }: RowPlace): number {
  return (extendsSums ? 2 : 0) + (token === undefined ? 1 : 0);
}

/**
 * The words of a step's places: u32 [rows, 4], one upload for all operators.
 * @param into Filled from its start instead of a new array.
 * @throws ModelError "bad-option" for a place beyond the limits, or more rows than `into` holds.
 */
export function packRowPlaces(
  places: readonly RowPlace[],
  limits: RowPlaceLimits,
  into: Uint32Array<ArrayBuffer> = new Uint32Array(places.length * rowPlaceWords),
): Uint32Array<ArrayBuffer> {
  const most = Math.floor(into.length / rowPlaceWords);
  if (places.length > most) {
    throw new ModelError("bad-option", `rows: expected at most ${most}, got ${places.length}`);
  }
  for (const [r, place] of places.entries()) {
    expectPlace(r, place, limits);
    const at = r * rowPlaceWords;
    into[at] = place.token ?? 0;
    into[at + 1] = place.position;
    into[at + 2] = place.slot;
    into[at + 3] = 4 * places.length + flagsOf(place);
  }
  return into;
}
