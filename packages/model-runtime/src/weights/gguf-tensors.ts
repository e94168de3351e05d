import { ModelError } from "../model-error.ts";
import type { ByteSource } from "./byte-source.ts";
import type { GgufHeader, GgufTensorInfo } from "./gguf-header.ts";
import { type StoredTensor, tensorBytes } from "./stored-tensor.ts";
import type { TensorFormat } from "./tensor-format.ts";

/** ggml's types by number, those that this package reads under its own names. */
const FORMATS: ReadonlyMap<number, TensorFormat> = new Map([
  [0, "f32"],
  [1, "f16"],
  [2, "q4_0"],
  [3, "q4_1"],
  [6, "q5_0"],
  [8, "q8_0"],
  [12, "q4_k"],
  [14, "q6_k"],
  [30, "bf16"],
]);

/** For messages. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map(
  Object.entries({
    7: "q5_1",
    9: "q8_1",
    10: "q2_k",
    11: "q3_k",
    13: "q5_k",
    15: "q8_k",
    16: "iq2_xxs",
    17: "iq2_xs",
    18: "iq3_xxs",
    19: "iq1_s",
    20: "iq4_nl",
    21: "iq3_s",
    22: "iq2_s",
    23: "iq4_xs",
    24: "i8",
    25: "i16",
    26: "i32",
    27: "i64",
    28: "f64",
    29: "iq1_m",
    34: "tq1_0",
    35: "tq2_0",
    39: "mxfp4",
  }).map(([type, name]) => [Number(type), name]),
);

/**
 * The tensors of a GGUF file by its own names; shapes come rows first.
 * @throws ModelError "bad-file" for an alignment or names that cannot be, "bad-tensor" for a range outside the file.
 */
export function locateGgufTensors(
  source: ByteSource,
  header: GgufHeader,
): ReadonlyMap<string, StoredTensor> {
  const alignment = readAlignment(source.name, header);
  const dataStart = Math.ceil(header.byteLength / alignment) * alignment;
  const tensors = new Map<string, StoredTensor>();
  for (const info of header.tensors) {
    if (tensors.has(info.name)) {
      throw new ModelError("bad-file", `${source.name}: ${info.name}: is there twice`);
    }
    tensors.set(info.name, locate(source, dataStart, alignment, info));
  }
  return tensors;
}

function readAlignment(name: string, { metadata }: GgufHeader): number {
  const alignment = metadata.get("general.alignment") ?? 32;
  const fits =
    typeof alignment === "number" && alignment >= 8 && Number.isInteger(Math.log2(alignment));
  if (fits) return alignment;
  throw new ModelError(
    "bad-file",
    `${name}: general.alignment: expected a power of two from 8, got ${alignment}`,
  );
}

function locate(
  source: ByteSource,
  dataStart: number,
  alignment: number,
  info: GgufTensorInfo,
): StoredTensor {
  const { name, dimensions } = info;
  const shape = dimensions.toReversed();
  const format = FORMATS.get(info.type);
  const byteLength = format ? tensorBytes(format, shape) : 0;
  const offset = dataStart + info.offset;
  if (byteLength === undefined) {
    const message = `${source.name}: ${name}: [${shape.join(", ")}] is no shape of whole ${format} blocks`;
    throw new ModelError("bad-tensor", message);
  }
  if (info.offset % alignment !== 0 || offset + byteLength > source.byteLength) {
    const range = `${byteLength} bytes at ${offset}`;
    const message = `${source.name}: ${name}: expected ${range}, aligned to ${alignment} and inside the file's ${source.byteLength}`;
    throw new ModelError("bad-tensor", message);
  }
  const type = format ?? { unsupported: OTHER_TYPES.get(info.type) ?? `number ${info.type}` };
  return { name, type, shape, source, offset, byteLength };
}
