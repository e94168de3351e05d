import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { DecoderBlueprint } from "../layers/decoder-blueprint.ts";

/** How many rows a decoder's scratch holds. */
export interface ScratchRows {
  /** Of a pass. */
  readonly maxRows: number;
  /** Of logits at a time. */
  readonly logitsRows: number;
  /** Whether gates are computed before they are multiplied. */
  readonly separateGates: boolean;
}

const names = [
  "hidden",
  "projected",
  "queries",
  "attended",
  "inner",
  "gates",
  "added",
  "headRows",
  "logits",
] as const;

type ScratchName = (typeof names)[number];

/** What the operators of a pass hand to each other, f32 [rows, width] each. */
export type DecoderScratch = Readonly<Record<ScratchName, GpuBuffer<"f32">>>;

/** The shape of each buffer: [rows, width]. */
export function scratchShapes(
  { geometry, vocabularySize, hiddenSize, feedForwardSize }: DecoderBlueprint,
  { maxRows, logitsRows, separateGates }: ScratchRows,
): Readonly<Record<ScratchName, readonly [number, number]>> {
  const { queryHeads, kvHeads, headDim } = geometry;
  const queryWidth = queryHeads * headDim;
  return {
    hidden: [maxRows, hiddenSize],
    projected: [maxRows, queryWidth + 2 * kvHeads * headDim],
    queries: [maxRows, queryWidth],
    attended: [maxRows, queryWidth],
    inner: [maxRows, feedForwardSize],
    gates: [separateGates ? maxRows : 1, 2 * feedForwardSize],
    added: [maxRows, hiddenSize],
    headRows: [logitsRows, hiddenSize],
    logits: [logitsRows, vocabularySize],
  };
}

/** Bytes of the scratch. */
export function scratchBytes(blueprint: DecoderBlueprint, rows: ScratchRows): number {
  return Object.values(scratchShapes(blueprint, rows)).reduce(
    (bytes, [height, width]) => bytes + height * width * Float32Array.BYTES_PER_ELEMENT,
    0,
  );
}

/**
 * Allocates the scratch, and waits until the device has it.
 * @throws GpuError "out-of-memory" or "over-limit"; nothing stays allocated then.
 */
export async function createDecoderScratch(
  gpu: Gpu,
  blueprint: DecoderBlueprint,
  rows: ScratchRows,
): Promise<DecoderScratch> {
  const shapes = scratchShapes(blueprint, rows);
  const scratch: Partial<Record<ScratchName, GpuBuffer<"f32">>> = {};
  try {
    for (const name of names) {
      const spec = { label: name, dtype: "f32", shape: shapes[name], usage: "storage" } as const;
      scratch[name] = gpu.createBuffer(spec);
    }
    await gpu.settled(); // memory that ran out is told late
    return scratch as DecoderScratch;
  } catch (error) {
    disposeScratch(scratch);
    throw error;
  }
}

export function disposeScratch(scratch: Partial<DecoderScratch>): void {
  for (const buffer of Object.values(scratch)) buffer?.dispose();
}
