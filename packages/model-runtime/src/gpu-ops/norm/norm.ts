import { type BoundBuffer, createKernel, type Gpu } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import { type BoundRows, bindRows } from "../row-places/bind-rows.ts";
import { normConstants, normKernel } from "./norm-kernel.ts";
import type { NormOptions } from "./norm-options.ts";

export interface NormBuffers {
  /** f32 [rows, width]. */
  readonly x: BoundBuffer;
  /** f32 [width]. */
  readonly weight: BoundBuffer;
  /** f32 [width], of a "layer" norm. */
  readonly bias?: BoundBuffer;
  /** f32 [rows, width]; not `x`. */
  readonly out: BoundBuffer;
}

/** A compiled normalisation. */
export interface Norm {
  /** @throws ModelError "bad-tensor" for a missing or too small buffer, and the errors of `Kernel.bind`. */
  bind(buffers: NormBuffers): BoundRows;
}

function expectBias({ kind }: NormOptions, { bias }: NormBuffers): void {
  const isWanted = kind === "layer";
  if ((bias !== undefined) === isWanted) return;
  const [expected, got] = isWanted ? ["a buffer", "none"] : ["none", "a buffer"];
  throw new ModelError("bad-tensor", `norm: bias: expected ${expected}, got ${got}`);
}

/**
 * Compiles a normalisation.
 * @throws ModelError "bad-option", and the errors of `createKernel`.
 */
export async function createNorm(gpu: Gpu, options: NormOptions): Promise<Norm> {
  const kernel = await createKernel(gpu, normKernel, normConstants(options));
  const rowBytes = 4 * options.width;
  const sizes = {
    perRow: { x: rowBytes, output: rowBytes },
    whole: { weight: rowBytes, bias: rowBytes },
  };
  return {
    bind(given) {
      expectBias(options, given);
      // A binding that a variant does not read still needs a buffer.
      const { x, weight, bias = weight, out } = given;
      return bindRows(kernel, { x, weight, bias, output: out }, sizes, (rows) => [rows]);
    },
  };
}
