import { ModelError } from "../model-error.ts";
import type { ByteSource } from "./byte-source.ts";
import type { WeightTensor } from "./model-files.ts";
import { TENSOR_BLOCKS, type TensorFormat } from "./tensor-format.ts";

/** One tensor as a file declares it; the declared range lies inside the file. */
export interface StoredTensor {
  /** The file's own name of it. */
  readonly name: string;
  /** A TensorFormat, or the file's name of a type that this package does not read. */
  readonly type: TensorFormat | { readonly unsupported: string };
  /** Rows first. */
  readonly shape: readonly number[];
  readonly source: ByteSource;
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * The tensor under its Hugging Face name.
 * @throws ModelError "unsupported-format" for a type that this package does not read.
 */
export function openWeightTensor(name: string, stored: StoredTensor): WeightTensor {
  const { type, shape, source, offset, byteLength } = stored;
  if (typeof type !== "string") {
    const known = Object.keys(TENSOR_BLOCKS).join(", ");
    const message = `${stored.name}: tensor type ${type.unsupported} is not supported; there is ${known}`;
    throw new ModelError("unsupported-format", message);
  }
  return createWeightTensor({ name, format: type, shape, byteLength }, (target, at, signal) =>
    source.readInto(target, offset + at, signal),
  );
}

/** A tensor whose bytes from `byteOffset` on are read by a function; ranges are checked before it is called. */
export function createWeightTensor(
  facts: Pick<WeightTensor, "name" | "format" | "shape" | "byteLength">,
  read: WeightTensor["readRange"],
): WeightTensor {
  const { name, byteLength } = facts;
  return {
    ...facts,
    async readInto(target, signal) {
      if (target.byteLength !== byteLength) {
        const message = `${name}: expected a target of ${byteLength} bytes, got ${target.byteLength}`;
        throw new ModelError("bad-tensor", message);
      }
      await read(target, 0, signal);
    },
    async readRange(target, byteOffset, signal) {
      const end = byteOffset + target.byteLength;
      if (!(byteOffset >= 0 && end <= byteLength)) {
        const message = `${name}: expected a range inside its ${byteLength} bytes, got [${byteOffset}, ${end})`;
        throw new ModelError("bad-tensor", message);
      }
      await read(target, byteOffset, signal);
    },
  };
}

/** Bytes of a tensor; undefined when a row is not whole blocks or the product leaves the safe integers. */
export function tensorBytes(format: TensorFormat, shape: readonly number[]): number | undefined {
  const block = TENSOR_BLOCKS[format];
  const count = shape.reduce((product, size) => product * size, 1);
  const rowLength = shape.at(-1) ?? 1;
  if (!Number.isSafeInteger(count) || rowLength % block.numbers !== 0) return undefined;
  const bytes = (count / block.numbers) * block.bytes;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
