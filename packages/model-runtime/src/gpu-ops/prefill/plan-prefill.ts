import { ModelError } from "../../model-error.ts";
import type { PrefillKnobs, PrefillOptions } from "./prefill-options.ts";

/** What a device lets a workgroup have. */
export interface PrefillDevice {
  /** Invocations that exchange registers; 0 for none. */
  readonly subgroupSize: number;
  readonly workgroupBytes: number;
  /** Invocations of a workgroup at most. */
  readonly workgroupInvocations: number;
}

type PrefillDivision = Pick<PrefillKnobs, "workgroup" | "keys">;

const laneWords = 4; // words of 16 bytes of a query that a lane holds, where there are lanes enough
const slotWords = 16; // of all its queries, and as many of outputs: 128 registers
const greatestRows = 4;
const greatestLanes = 16;
const greatestKeyGroups = 8;
const enoughWorkgroups = 256; // about two for each of the multiprocessors of a large device
const greatestTile = 64;
const greatestTileBytes = 32768; // more leaves too few workgroups beside one another

/** Without subgroups every score of a step lies in workgroup memory once a lane, which tiles need more. */
const divisions = {
  subgroups: { workgroups: [256, 128, 64, 32], keys: [8, 4] },
  memory: { workgroups: [128, 64, 32], keys: [4] },
} as const;

/** The least power of two that is no smaller. */
function powerAbove(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

function powerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}

/** 16-byte words that a row takes in workgroup memory. */
function pitchOf(headDim: number, lanes: number): number {
  return Math.ceil(headDim / 4 / lanes) * lanes;
}

/** Bytes of workgroup memory: keys and values, statistics of each query, and numbers that lanes exchange. */
export function prefillBytes(headDim: number, knobs: PrefillKnobs, subgroupSize: number): number {
  const { workgroup, lanes, rows, keys, tile } = knobs;
  const tileBytes = 2 * tile * pitchOf(headDim, lanes) * 16;
  const statisticsBytes = (workgroup / lanes) * rows * 8;
  const exchangedBytes = subgroupSize > 0 ? 0 : workgroup * rows * keys * 4;
  return tileBytes + statisticsBytes + exchangedBytes;
}

/** Queries that a workgroup holds. */
export function queriesOf({ workgroup, lanes, rows, keyGroups }: PrefillKnobs): number {
  return (workgroup / lanes / keyGroups) * rows;
}

/** Whether the outputs of one key group find room where the tile was, and all groups keys in a tile. */
function isWhole(knobs: PrefillKnobs): boolean {
  const { keyGroups, keys, tile } = knobs;
  if (tile % (keyGroups * keys) !== 0 || queriesOf(knobs) < knobs.rows) return false;
  return keyGroups === 1 || queriesOf(knobs) <= 2 * tile;
}

/** How a slot divides its dimensions: as few lanes as hold them in registers. */
function planSlot(headDim: number, subgroupSize: number): Pick<PrefillKnobs, "lanes" | "rows"> {
  const words = headDim / 4;
  const most = Math.min(greatestLanes, subgroupSize || greatestLanes);
  const lanes = Math.min(most, powerAbove(Math.ceil(words / laneWords)));
  const rows = Math.min(greatestRows, powerBelow(slotWords / Math.ceil(words / lanes)));
  return { lanes, rows: Math.max(1, rows) };
}

/** Key groups enough that the workgroups of a full call fill a large device. */
function wantedKeyGroups({ geometry, maxRows }: PrefillOptions, one: PrefillKnobs): number {
  const groups = (maxRows * geometry.queryHeads) / queriesOf({ ...one, keyGroups: 1 });
  return Math.min(greatestKeyGroups, powerAbove(Math.max(1, enoughWorkgroups / groups)));
}

/** Invocations of a workgroup and keys at a time, the best first. */
function divisionsOf({ subgroupSize, workgroupInvocations }: PrefillDevice): PrefillDivision[] {
  const { workgroups, keys } = divisions[subgroupSize > 0 ? "subgroups" : "memory"];
  return keys
    .flatMap((keys) => workgroups.map((workgroup) => ({ workgroup, keys })))
    .filter(({ workgroup }) => workgroup <= workgroupInvocations);
}

function* candidates(options: PrefillOptions, device: PrefillDevice): Generator<PrefillKnobs> {
  const slot = planSlot(options.geometry.headDim, device.subgroupSize);
  for (const division of divisionsOf(device)) {
    const one = { ...division, ...slot, keyGroups: 1, tile: greatestTile };
    for (let keyGroups = wantedKeyGroups(options, one); keyGroups >= 1; keyGroups /= 2) {
      for (let tile = greatestTile; tile >= one.keys; tile /= 2) yield { ...one, keyGroups, tile };
    }
  }
}

function refuse(name: string, expected: string, got: unknown): never {
  throw new ModelError("bad-option", `prefill: ${name}: expected ${expected}, got ${got}`);
}

function expectPositive(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) refuse(name, "a whole number of at least 1", count);
}

function expectShape({ geometry: { headDim }, maxRows, window, scale }: PrefillOptions): void {
  if (headDim % 8 !== 0 || headDim > 256) refuse("headDim", "a multiple of 8 up to 256", headDim);
  expectPositive("maxRows", maxRows);
  expectPositive("window", window ?? 1);
  if (!Number.isFinite(scale)) refuse("scale", "a finite number", scale);
}

/**
 * How the work is divided on a device: the largest workgroup, the most key groups up to those that fill the device, and
 * the largest tile that its workgroup memory holds.
 * @throws ModelError "bad-option" for a shape that no division fits.
 */
export function planPrefill(options: PrefillOptions, device: PrefillDevice): PrefillKnobs {
  expectShape(options);
  const { headDim } = options.geometry;
  for (const planned of candidates(options, device)) {
    const knobs = { ...planned, ...options.knobs };
    const bytes = prefillBytes(headDim, knobs, device.subgroupSize);
    const tileBytes = 2 * knobs.tile * pitchOf(headDim, knobs.lanes) * 16;
    if (isWhole(knobs) && bytes <= device.workgroupBytes && tileBytes <= greatestTileBytes) {
      return knobs;
    }
  }
  throw new ModelError(
    "bad-option",
    `prefill: headDim ${headDim}: expected keys that fit ${device.workgroupBytes} bytes of workgroup memory`,
  );
}
