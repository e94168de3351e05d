/** What a chunk should take: half of what an abort may wait. */
const CHUNK_MS = 100;
/** Rows before the first measurement. */
const FIRST_ROWS = 4;
/** Later rows see more keys and the first ones run cold code, so that growth is bounded. */
const GROWTH = 4;
/**
 * Fewer rows than this hardly share the reading of the weights: on a machine that is busy with other things they would
 * cost the speed and gain nothing. Only where they take longer than SLOW_MS is the machine itself slow.
 */
const SHARING_ROWS = 8;
const SLOW_MS = 400;

/** Chooses how many rows one pass takes. The rows of a pass do not change its results. */
export class ChunkPacer {
  #rows = FIRST_ROWS;

  /** At least 1, at most `limit`. */
  rows(limit: number): number {
    return Math.max(1, Math.min(this.#rows, limit));
  }

  /** Takes how long a pass took. A short rest of a prompt says nothing of a full pass, unless it was slow itself. */
  observe(rows: number, durationMs: number): void {
    if (rows < this.#rows && durationMs <= CHUNK_MS) return;
    const fitting = Math.floor((rows * CHUNK_MS) / Math.max(durationMs, 0.01));
    const least = durationMs > SLOW_MS && rows <= SHARING_ROWS ? 1 : Math.min(rows, SHARING_ROWS);
    this.#rows = Math.max(least, Math.min(fitting, rows * GROWTH));
  }
}
