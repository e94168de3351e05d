import type { ShaderFile } from "@sift-attention/gpu";
import type { TensorFormat } from "../weights/tensor-format.ts";
import { type PackableFormat, packedFormats } from "./packed-format.ts";
import nibbles from "./wgsl/nibbles.wgsl";
import octetNumbers from "./wgsl/octet-numbers.wgsl";
import octetUnits from "./wgsl/octet-units.wgsl";
import pairUnits from "./wgsl/pair-units.wgsl";
import withoutScales from "./wgsl/without-scales.wgsl";
import wordsBf16 from "./wgsl/words-bf16.wgsl";
import wordsF16 from "./wgsl/words-f16.wgsl";
import wordsF32 from "./wgsl/words-f32.wgsl";
import wordsQ40 from "./wgsl/words-q4-0.wgsl";
import wordsQ41 from "./wgsl/words-q4-1.wgsl";
import wordsQ4K from "./wgsl/words-q4-k.wgsl";
import wordsQ50 from "./wgsl/words-q5-0.wgsl";
import wordsQ51 from "./wgsl/words-q5-1.wgsl";
import wordsQ5K from "./wgsl/words-q5-k.wgsl";
import wordsQ6K from "./wgsl/words-q6-k.wgsl";
import wordsQ80 from "./wgsl/words-q8-0.wgsl";

const wordTexts: Readonly<Record<PackableFormat, string>> = {
  f32: wordsF32,
  f16: wordsF16,
  bf16: wordsBf16,
  q8_0: wordsQ80,
  q4_0: wordsQ40,
  q4_1: wordsQ41,
  q5_0: wordsQ50,
  q5_1: wordsQ51,
  q4_k: wordsQ4K,
  q5_k: wordsQ5K,
  q6_k: wordsQ6K,
};

/** Bindings that `weightFiles` declare, the first two of a kernel. */
export const weightBindings = { words: "read", scales: "read" } as const;

/**
 * Preludes through which a shader reads a packed matrix; they want the header constant COLUMNS. `load_unit(row, unit)`
 * fetches a unit of UNITS in a row, `octet_numbers(unit, octet)` unpacks the eight numbers of each of its OCTETS, which
 * begin at column `octet_column(unit, octet)`. Where SCALED, numbers are `octet_levels` times `octet_scale(…).x`, plus
 * its y where MINIMA.
 */
export function weightFiles(format: TensorFormat): readonly ShaderFile[] {
  const { octets, scaleBytes } = packedFormats[format];
  return [
    octets === 1
      ? { name: "octet-units.wgsl", text: octetUnits }
      : { name: "pair-units.wgsl", text: pairUnits },
    { name: "nibbles.wgsl", text: nibbles },
    { name: `words-${format.replace("_", "-")}.wgsl`, text: wordTexts[format] },
    ...(scaleBytes === 0 ? [{ name: "without-scales.wgsl", text: withoutScales }] : []),
    { name: "octet-numbers.wgsl", text: octetNumbers },
  ];
}
