import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { GpuMatrix } from "../gpu-weights/gpu-matrix.ts";
import { uploadMatrix } from "../gpu-weights/upload-matrix.ts";
import { uploadVector } from "../gpu-weights/upload-vector.ts";
import type { LoadProgress } from "../open-options.ts";
import type { WeightTensor } from "../weights/model-files.ts";
import type { TensorFormat } from "../weights/tensor-format.ts";
import type { LinearStack } from "./weight-stacks.ts";
import { zeroTensor } from "./zero-tensor.ts";

/** What a store reads from, and whom it tells. */
export interface WeightSource {
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** Bytes of all tensors that will be asked for, as they are stored. */
  readonly bytesTotal: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Weights on their way to the device, each once. All go together. */
export class WeightStore {
  readonly #gpu: Gpu;
  readonly #source: WeightSource;
  readonly #matrices = new Map<string, GpuMatrix>();
  readonly #vectors = new Map<string, GpuBuffer<"f32">>();
  #bytesDone = 0;

  constructor(gpu: Gpu, source: WeightSource) {
    this.#gpu = gpu;
    this.#source = source;
  }

  /** Bytes on the device. */
  get byteLength(): number {
    const held = [...this.#matrices.values(), ...this.#vectors.values()];
    return held.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }

  /** The format that a tensor is stored in. */
  formatOf(name: string): TensorFormat {
    return this.#source.tensors.get(name)!.format;
  }

  /** The matrices of a stack as one. */
  async matrix({ weights, order }: Pick<LinearStack, "weights" | "order">): Promise<GpuMatrix> {
    const key = weights.join(" + ");
    const loaded = this.#matrices.get(key);
    if (loaded) return loaded;
    const tensors = this.#begin(key, weights);
    const { signal } = this.#source;
    const matrix = await uploadMatrix(this.#gpu, tensors, { order, ...(signal && { signal }) });
    this.#matrices.set(key, matrix);
    this.#end(tensors);
    return matrix;
  }

  /** Vectors one behind the other, a number for as many zeros: f32. */
  async vector(names: readonly (string | number)[]): Promise<GpuBuffer<"f32">> {
    const key = names.join(" + ");
    const loaded = this.#vectors.get(key);
    if (loaded) return loaded;
    const tensors = this.#begin(key, names);
    const { signal } = this.#source;
    const vector = await uploadVector(this.#gpu, tensors, { ...(signal && { signal }) });
    this.#vectors.set(key, vector);
    this.#end(tensors);
    return vector;
  }

  dispose(): void {
    for (const held of [...this.#matrices.values(), ...this.#vectors.values()]) held.dispose();
    this.#matrices.clear();
    this.#vectors.clear();
  }

  #begin(item: string, names: readonly (string | number)[]): readonly WeightTensor[] {
    this.#tell(item);
    return names.map((name) =>
      typeof name === "number" ? zeroTensor(name) : this.#source.tensors.get(name)!,
    );
  }

  #end(tensors: readonly WeightTensor[]): void {
    for (const { byteLength } of tensors) this.#bytesDone += byteLength;
  }

  #tell(item: string): void {
    const { bytesTotal, onProgress } = this.#source;
    onProgress?.({ stage: "weights", item, bytesDone: this.#bytesDone, bytesTotal });
  }
}
