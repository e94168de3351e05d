/** Bytes and count of the buffers that are alive, as allocated. */
export interface MemoryUse {
  readonly liveBytes: number;
  /** The most that `liveBytes` has been. */
  readonly peakBytes: number;
  readonly buffers: number;
}

/** Counts what is allocated and freed. */
export class MemoryGauge implements MemoryUse {
  liveBytes = 0;
  peakBytes = 0;
  buffers = 0;

  add(bytes: number): void {
    this.liveBytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
    this.buffers++;
  }

  remove(bytes: number): void {
    this.liveBytes -= bytes;
    this.buffers--;
  }
}
