import { type BoundBuffer, createKernel, type Gpu, type Kernel } from "@sift-attention/gpu";
import { matrixBindings } from "../../gpu-weights/gpu-matrix.ts";
import { ModelError } from "../../model-error.ts";
import { type BoundRows, bindRows, type RowSizes } from "../row-places/bind-rows.ts";
import { rowPlaceBytes } from "../row-places/row-place.ts";
import { type EmbedBindings, embedConstants, embedKernel, embedWorkgroup } from "./embed-kernel.ts";
import type { EmbedOptions } from "./embed-options.ts";

export interface EmbedBuffers {
  /** `packRowPlaces`. */
  readonly places: BoundBuffer;
  /** u32 [slots]: the token that was last drawn in each slot. */
  readonly drawn: BoundBuffer;
  /** f32 [positions, width], where positions are learned. */
  readonly positions?: BoundBuffer;
  /** f32 [rows, width]. */
  readonly out: BoundBuffer;
}

/** A compiled embedding of one table. */
export interface Embed {
  /** @throws ModelError "bad-tensor" for a missing, unwanted or too small buffer, and the errors of `Kernel.bind`. */
  bind(buffers: EmbedBuffers): BoundRows;
}

function expectPositions(options: EmbedOptions, { positions }: EmbedBuffers): void {
  if ((positions !== undefined) === options.positions) return;
  const [expected, got] = options.positions ? ["a buffer", "none"] : ["none", "a buffer"];
  throw new ModelError("bad-tensor", `embed: positions: expected ${expected}, got ${got}`);
}

function sizesOf({ table, positions }: EmbedOptions): RowSizes<keyof EmbedBindings> {
  const rowBytes = 4 * table.columns;
  return {
    perRow: { places: rowPlaceBytes, output: rowBytes },
    whole: { positions: positions ? rowBytes : 0 },
  };
}

const leastUnit = 8; // numbers of an invocation, where the format does not have it take more

/**
 * Compiles an embedding, which does not own its table. A table of several parts is one dispatch for each.
 * @throws ModelError "bad-option", and the errors of `createKernel`.
 */
export async function createEmbed(gpu: Gpu, options: EmbedOptions): Promise<Embed> {
  const { parts } = options.table;
  const kernels: readonly Kernel<EmbedBindings>[] = await Promise.all(
    parts.map((part) => createKernel(gpu, embedKernel(part.format), embedConstants(options, part))),
  );
  const workgroups = Math.ceil(options.table.columns / (leastUnit * embedWorkgroup));
  return {
    bind(given) {
      expectPositions(options, given);
      // A binding that a variant does not read still needs a buffer.
      const { places, drawn, positions = places, out } = given;
      const bound = kernels.map((kernel, i) => {
        const weights = matrixBindings(parts[i]!);
        const buffers = { ...weights, places, drawn, positions, output: out };
        return bindRows(kernel, buffers, sizesOf(options), (rows) => [workgroups, rows]);
      });
      return {
        record(pass, rows) {
          for (const part of bound) part.record(pass, rows);
        },
      };
    },
  };
}
