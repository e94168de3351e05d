/** Time that the event loop waits for a chunk at most, as far as the last one tells: half of what an abort may take. */
const CHUNK_MS = 100;
/** Rows before the first measurement. */
const FIRST_ROWS = 4;
/** Later rows see more keys and the first ones run cold code, so that growth is bounded. */
const GROWTH = 4;

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
    this.#rows = Math.max(1, Math.min(fitting, rows * GROWTH));
  }
}
