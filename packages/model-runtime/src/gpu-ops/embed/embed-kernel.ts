import { type ConstantValues, defineKernel, type KernelSpec } from "@sift-attention/gpu";
import type { MatrixLayout, MatrixPartLayout } from "../../gpu-weights/matrix-layout.ts";
import { weightFiles } from "../../gpu-weights/weight-files.ts";
import { ModelError } from "../../model-error.ts";
import type { TensorFormat } from "../../weights/tensor-format.ts";
import { rowPlaceFile } from "../row-places/row-place.ts";
import embedText from "./embed.wgsl";
import type { EmbedOptions } from "./embed-options.ts";

const bindings = {
  words: "read",
  scales: "read",
  places: "read",
  drawn: "read",
  positions: "read",
  output: "read-write",
} as const;

const constants = {
  COLUMNS: "u32",
  FIRST_ROW: "u32",
  PART_ROWS: "u32",
  SCALE: "f32",
  LEARNED_POSITIONS: "bool",
  WORKGROUP: "u32",
} as const;

export type EmbedBindings = typeof bindings;

/** Invocations of a workgroup. */
export const embedWorkgroup = 64;

/** The kernel for a format of the table. */
export function embedKernel(format: TensorFormat): KernelSpec<EmbedBindings, typeof constants> {
  return defineKernel({
    name: "embed",
    files: [rowPlaceFile, ...weightFiles(format), { name: "embed.wgsl", text: embedText }],
    bindings,
    constants,
  });
}

/** @throws ModelError "bad-option" for a width that is no multiple of 4. */
export function embedConstants(
  { table, scale, positions }: Omit<EmbedOptions, "table"> & { readonly table: MatrixLayout },
  part: MatrixPartLayout,
): ConstantValues<typeof constants> {
  const { columns } = table;
  if (columns % 4 !== 0) {
    throw new ModelError("bad-option", `embed: width: expected a multiple of 4, got ${columns}`);
  }
  return {
    COLUMNS: columns,
    FIRST_ROW: part.firstRow,
    PART_ROWS: part.rows,
    SCALE: scale,
    LEARNED_POSITIONS: positions,
    WORKGROUP: embedWorkgroup,
  };
}
