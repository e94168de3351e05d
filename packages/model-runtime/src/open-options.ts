/** Where the loading stands. */
export interface LoadProgress {
  readonly stage: "download" | "weights" | "tokenizer" | "backend";
  /** File or tensor at work. */
  readonly item: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface OpenModelOptions {
  /** Default "auto". */
  readonly backend?: "auto" | "cpu" | "webgpu";
  /** How the CPU backend computes. Default "auto": WebAssembly where it compiles, else plain TypeScript. */
  readonly cpu?: "auto" | "wasm" | "plain";
  /** Threads of the CPU backend. Default: all cores, at most 8; 1 where SharedArrayBuffer is missing. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}
