/** The part of the WebAssembly API that this package uses; TypeScript knows it only together with the DOM. */
export interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: unknown };
  readonly Memory: new (options: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => WasmMemory;
}

/** A compiled module: opaque, may be posted to workers. */
export type WasmModule = object;

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  /** Adds pages of 64 KiB. Throws a RangeError when they are not to be had. */
  grow(pages: number): number;
}

/** The WebAssembly API, or undefined where there is none. */
export function findWebAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}

/** Whether threads can share memory here: browsers want a cross-origin isolated page. */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer === "function";
}
