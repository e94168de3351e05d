import type { DType, Shape } from "@sift-attention/tensor";
import { GpuError } from "../gpu-error.ts";
import type { BufferUsage } from "./buffer-usage.ts";

/** The buffer to make. */
export interface BufferSpec<D extends DType = DType> {
  /** Its name in errors and in the driver's tools. */
  readonly label: string;
  readonly dtype: D;
  /** Dimensions, outermost first; at least one number in all. */
  readonly shape: Shape;
  readonly usage: BufferUsage;
  /** Bound part by part only, so that it may be larger than one binding. Default false. */
  readonly boundInParts?: boolean;
  /** Its first content, from the start on; the rest is zero. */
  readonly data?: ArrayBufferView;
}

/** Numbers in the device's memory. */
export interface GpuBuffer<D extends DType = DType> extends Disposable {
  /** The bare buffer; its size is `byteLength` rounded up to a multiple of 4. */
  readonly raw: GPUBuffer;
  readonly label: string;
  readonly shape: Shape;
  readonly dtype: D;
  readonly byteLength: number;
  readonly isDisposed: boolean;
  /** Gives the memory back. The driver has it at a later tick: await `gpu.settled()` before allocating as much again. */
  dispose(): void;
}

/** A buffer that tells its maker when it goes. */
export class OwnedBuffer<D extends DType> implements GpuBuffer<D> {
  readonly raw: GPUBuffer;
  readonly label: string;
  readonly shape: Shape;
  readonly dtype: D;
  readonly byteLength: number;
  #onDispose: (() => void) | undefined;

  constructor(
    raw: GPUBuffer,
    spec: BufferSpec<D> & { readonly byteLength: number },
    onDispose: () => void,
  ) {
    this.raw = raw;
    this.label = spec.label;
    this.shape = [...spec.shape];
    this.dtype = spec.dtype;
    this.byteLength = spec.byteLength;
    this.#onDispose = onDispose;
  }

  get isDisposed(): boolean {
    return this.#onDispose === undefined;
  }

  dispose(): void {
    const tell = this.#onDispose;
    if (!tell) return;
    this.#onDispose = undefined;
    this.raw.destroy();
    tell();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @throws GpuError "disposed". */
export function expectLive(where: string, buffer: GpuBuffer): void {
  if (!buffer.isDisposed) return;
  throw new GpuError("disposed", `${where}: expected a live buffer, got ${buffer.label}, disposed`);
}
