/** Where the loading stands. */
export interface LoadProgress {
  readonly stage: "download" | "weights" | "tokenizer" | "backend";
  /** File or tensor at work, or what the backend does. */
  readonly item: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface OpenModelOptions {
  /**
   * Default "auto": WebGPU where there is a hardware adapter that has room for the model, else the CPU, and
   * `model.info.backendDescription` says why.
   */
  readonly backend?: "auto" | "cpu" | "webgpu";
  /** How the CPU backend computes. Default "auto": WebAssembly where it compiles, else plain TypeScript. */
  readonly cpu?: "auto" | "wasm" | "plain";
  /** Threads of the CPU backend. Default: all cores, at most 8; 1 where SharedArrayBuffer is missing. */
  readonly threads?: number;
  /** Adapter of the WebGPU backend. Default "hardware": one in software is slower than the CPU backend. */
  readonly adapter?: "hardware" | "software" | "any";
  /** A device for the WebGPU backend that stays the caller's. A lost one cannot be replaced. */
  readonly device?: GPUDevice;
  /**
   * How the WebGPU backend holds keys and values. Default "f16". "int8": whole numbers of eight bits and a scale a row, which
   * moves a number by at most 1/254 of its row's greatest.
   */
  readonly kvType?: "f16" | "f32" | "int8";
  /** Bytes that weights, caches and scratch may take on the GPU together. Default: what the device gives. */
  readonly memoryBytes?: number;
  /**
   * Tokens of sessions and batches that do not say. Default: the model's context length, capped at 8,192; "auto": as many
   * as fit.
   */
  readonly contextLength?: number | "auto";
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}
