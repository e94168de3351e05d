import type {
  BindingKinds,
  BoundBuffer,
  BoundBuffers,
  Kernel,
  Workgroups,
} from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";

/** An operator with its buffers. */
export interface BoundRows {
  /**
   * Encodes the operator over the first rows of its buffers; allocates no memory of the device.
   * @param rows As many as places were packed, 1 to what the buffers hold.
   * @throws ModelError "bad-option" for another number of rows.
   */
  record(pass: GPUComputePassEncoder, rows: number): void;
}

/** How large the buffers of an operator are, by the names of its bindings. */
export interface RowSizes<Name extends PropertyKey> {
  /** Bytes of a row of the buffers that hold rows; they may hold more of them than a step has. */
  readonly perRow: { readonly [Each in Name]?: number };
  /** Bytes that other buffers hold at least. */
  readonly whole: { readonly [Each in Name]?: number };
}

/** The workgroups that so many rows need. */
export type RowGrid = (rows: number) => Workgroups;

function boundBytes(bound: BoundBuffer): number {
  if (!("buffer" in bound)) return "raw" in bound ? bound.raw.size : bound.size;
  return bound.size ?? boundBytes(bound.buffer) - (bound.offset ?? 0);
}

function expectBytes(where: string, bound: BoundBuffer, bytes: number): void {
  const got = boundBytes(bound);
  if (got >= bytes) return;
  throw new ModelError("bad-tensor", `${where}: expected at least ${bytes} bytes, got ${got}`);
}

/**
 * Binds an operator's buffers.
 * @throws ModelError "bad-tensor" for a buffer that is too small, and the errors of `Kernel.bind`.
 */
export function bindRows<Bindings extends BindingKinds>(
  kernel: Kernel<Bindings>,
  buffers: BoundBuffers<Bindings>,
  sizes: RowSizes<keyof Bindings>,
  grid: RowGrid,
): BoundRows {
  const group = kernel.bind(buffers);
  let maxRows = Number.POSITIVE_INFINITY;
  for (const name of Object.keys(buffers) as (keyof Bindings & string)[]) {
    const where = `${kernel.name}: ${name}`;
    const rowBytes = sizes.perRow[name] ?? 0;
    expectBytes(where, buffers[name], sizes.whole[name] ?? rowBytes);
    if (rowBytes > 0) maxRows = Math.min(maxRows, Math.floor(boundBytes(buffers[name]) / rowBytes));
  }
  return {
    record(pass, rows) {
      if (!Number.isInteger(rows) || rows < 1 || rows > maxRows) {
        const told = `expected 1 to ${maxRows}, what its buffers hold, got ${rows}`;
        throw new ModelError("bad-option", `${kernel.name}: rows: ${told}`);
      }
      kernel.record(pass, group, grid(rows));
    },
  };
}
