/** What decides into how many parts a dispatch splits each sequence. */
export interface PartSplit {
  /** Rows of the grid: head blocks times sequences. */
  readonly rows: number;
  /** Fewest keys of a part. */
  readonly chunk: number;
  /** Workgroups of one wave over the device. */
  readonly workgroups: number;
}

const MOST_WAVES = 4;

/** Parts that get keys: as many as fill one to four waves best, none with less than a chunk. */
export function partCount(keys: number, { rows, chunk, workgroups }: PartSplit): number {
  let parts = Math.max(1, Math.floor(workgroups / rows));
  let waves = 1;
  for (let more = 2; more <= MOST_WAVES; more++) {
    const candidate = Math.floor((workgroups * more) / rows);
    if (candidate * waves <= parts * more) continue;
    parts = candidate;
    waves = more;
  }
  return Math.min(Math.ceil(keys / chunk), parts);
}
