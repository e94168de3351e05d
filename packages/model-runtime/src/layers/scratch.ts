import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";

/** Named activations of one pass. */
export interface Scratch<Name extends string> {
  readonly regions: Readonly<Record<Name, CpuRegion>>;
  dispose(): void;
}

/**
 * Allocates [rows, width] f32 for each name.
 * @throws ModelError "out-of-memory"; nothing stays allocated then.
 */
export function createScratch<Name extends string>(
  ops: CpuOps,
  rows: number,
  widths: Readonly<Record<Name, number>>,
): Scratch<Name> {
  const regions: Partial<Record<Name, CpuRegion>> = {};
  const dispose = (): void => {
    for (const region of Object.values<CpuRegion | undefined>(regions)) region?.free();
  };
  try {
    for (const name of Object.keys(widths) as Name[]) {
      regions[name] = ops.allocate(rows * widths[name] * Float32Array.BYTES_PER_ELEMENT);
    }
    return { regions: regions as Record<Name, CpuRegion>, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The result of `create`; when that throws, `held` is disposed of first. */
export function freeing<Result>(held: { dispose(): void }, create: () => Result): Result {
  try {
    return create();
  } catch (error) {
    held.dispose();
    throw error;
  }
}
