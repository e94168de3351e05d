import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import type { CpuMatrix, CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { FoundTensor } from "./tensor-need.ts";

/** A model's weights in the backend's memory. */
export interface LoadedWeights {
  /** @throws ModelError "missing-tensor". */
  matrix(name: string): CpuMatrix;
  /** As f32. @throws ModelError "missing-tensor". */
  vector(name: string): CpuRegion;
  has(name: string): boolean;
  readonly byteLength: number;
  free(): void;
}

/**
 * Copies tensors one after the other straight into the backend's memory: matrices stay packed, vectors become f32.
 * @throws ModelError "out-of-memory", "aborted" and whatever reading throws; nothing stays allocated then.
 */
export async function loadWeights(
  ops: CpuOps,
  found: readonly FoundTensor[],
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  } = {},
): Promise<LoadedWeights> {
  const matrices = new Map<string, CpuMatrix>();
  const bytesTotal = found.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  const weights = toLoadedWeights(matrices);
  let bytesDone = 0;
  try {
    for (const { need, tensor } of found) {
      expectNotAborted(options.signal);
      options.onProgress?.({ stage: "weights", item: tensor.name, bytesDone, bytesTotal });
      await load(ops, { need, tensor }, matrices, options.signal);
      bytesDone += tensor.byteLength;
    }
    expectNotAborted(options.signal);
    options.onProgress?.({ stage: "weights", item: "all tensors", bytesDone, bytesTotal });
    return weights;
  } catch (error) {
    weights.free();
    throw error;
  }
}

async function load(
  ops: CpuOps,
  { need, tensor }: FoundTensor,
  matrices: Map<string, CpuMatrix>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [rows, columns] = need.shape.length === 2 ? need.shape : ([1, need.shape[0]] as const);
  const region = ops.allocate(tensor.byteLength);
  const packed: CpuMatrix = { region, format: tensor.format, rows, columns };
  matrices.set(need.name, packed);
  await tensor.readInto(region.bytes(), signal);
  if (need.shape.length === 1 && tensor.format !== "f32") {
    matrices.set(need.name, unpack(ops, packed));
    region.free();
  }
}

/** A packed row as f32. */
function unpack(ops: CpuOps, row: CpuMatrix): CpuMatrix {
  const region = ops.allocate(row.columns * Float32Array.BYTES_PER_ELEMENT);
  ops.embed(region, row, [0]);
  return { ...row, region, format: "f32" };
}

function toLoadedWeights(matrices: Map<string, CpuMatrix>): LoadedWeights {
  const matrix = (name: string): CpuMatrix => {
    const found = matrices.get(name);
    if (found) return found;
    throw new ModelError("missing-tensor", `${name}: the model has no such tensor`);
  };
  return {
    matrix,
    vector: (name) => matrix(name).region,
    has: (name) => matrices.has(name),
    get byteLength() {
      return [...matrices.values()].reduce((sum, { region }) => sum + region.byteLength, 0);
    },
    free() {
      for (const { region } of matrices.values()) region.free();
      matrices.clear();
    },
  };
}

function expectNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new ModelError("aborted", "opening the model was aborted", { cause: signal.reason });
  }
}
