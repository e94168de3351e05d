import { openGpu, validateShader } from "@sift-attention/gpu";
import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { planMatrix } from "../../gpu-weights/matrix-layout.ts";
import { formats, memoryTensor } from "../../gpu-weights/stored-tensor.fixture.ts";
import { uploadMatrix } from "../../gpu-weights/upload-matrix.ts";
import { TENSOR_BLOCKS } from "../../weights/tensor-format.ts";
import {
  floatBuffer,
  inBothPrecisions,
  normals,
  placesBuffer,
  runRows,
  unsetBuffer,
  wordBuffer,
} from "../row-places/row-rig.fixture.ts";
import { createEmbed } from "./embed.ts";
import { embedConstants, embedKernel } from "./embed-kernel.ts";

const gpu = await openTestGpu(openGpu);
const vocabulary = 9;
const positionRows = 6;

const places = [
  { slot: 0, position: 0, token: 8 },
  { slot: 1, position: 5, token: 0 },
  { slot: 2, position: 3 }, // its drawn token
  { slot: 1, position: 1, token: 8 },
];
const drawnTokens = [1, 2, 4];
const tokens = [8, 0, 4, 8];
const scale = 1.7;

/** out by definition: the drawn token of slot 2 is 4. */
function embedded(
  table: Float32Array,
  positions: Float32Array | undefined,
  round: (value: number) => number,
): Float64Array {
  const width = table.length / vocabulary;
  return Float64Array.from({ length: places.length * width }, (_, at) => {
    const r = Math.floor(at / width);
    const scaled = round(round(scale) * table[tokens[r]! * width + (at % width)]!);
    if (positions === undefined) return scaled;
    return round(scaled + positions[places[r]!.position * width + (at % width)]!);
  });
}

async function runEmbed(
  tensors: readonly ReturnType<typeof memoryTensor>[],
  learned?: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  using table = await uploadMatrix(gpu, tensors);
  const options = { table, scale, positions: learned !== undefined };
  const embed = await createEmbed(gpu, options);
  using packed = placesBuffer(gpu, places);
  using drawn = wordBuffer(gpu, Uint32Array.from(drawnTokens));
  using out = unsetBuffer(gpu, places.length * table.columns);
  using positions = learned && floatBuffer(gpu, learned);
  const given = { places: packed, drawn, out, ...(positions && { positions }) };
  runRows(gpu, embed.bind(given), places.length);
  return gpu.read(out);
}

function expectEmbedded(got: Float32Array, table: Float32Array, learned?: Float32Array): void {
  const [exact, float32] = inBothPrecisions((round) => embedded(table, learned, round));
  const bound = roundingBound(exact, float32);
  expect(maxAbsDifference(got, exact)).toBeLessThanOrEqual(bound);
  const moved = table.map((_, i) => table[(i + 1) % table.length]!);
  expect(
    maxAbsDifference(
      got,
      embedded(moved, learned, (x) => x),
    ),
  ).toBeGreaterThan(bound);
}

describe("createEmbed", () => {
  test.each(formats)("unpacks and scales rows of %s", async (format) => {
    const { numbers } = TENSOR_BLOCKS[format];
    const tensor = memoryTensor(format, vocabulary, numbers === 1 ? 52 : 3 * numbers);
    expectEmbedded(await runEmbed([tensor]), tensor.numbers);
  });

  test("adds learned positions", async () => {
    const tensor = memoryTensor("f32", vocabulary, 600);
    const learned = normals(positionRows * 600, 2);
    expectEmbedded(await runEmbed([tensor], learned), tensor.numbers, learned);
  });

  test("finds tokens in every part of a table", async () => {
    const parts = [
      memoryTensor("f32", 4, 64, 1),
      memoryTensor("q8_0", 3, 64, 2),
      memoryTensor("f16", 2, 64, 3),
    ];
    const numbers = Float32Array.from(parts.flatMap((part) => [...part.numbers]));
    expectEmbedded(await runEmbed(parts), numbers);
  });

  test("gives the same bits at every run", async () => {
    const tensor = memoryTensor("q4_k", vocabulary, 512);
    expect(await runEmbed([tensor])).toEqual(await runEmbed([tensor]));
  });

  test.each(formats)("compiles without warnings for %s of 16,384 columns", async (format) => {
    using checker = await openGpu({ backend: "null" });
    const table = planMatrix(checker.report.limits, [
      { name: "table", format, shape: [256000, 16384] },
    ]);
    const options = { table, scale, positions: true };
    const constants = embedConstants(options, table.parts.at(-1)!);
    expect(await validateShader(checker, embedKernel(format), constants)).toEqual([]);
  });

  test("refuses rows of no multiple of 4, and positions where none were compiled", async () => {
    using odd = await uploadMatrix(gpu, [memoryTensor("f32", 4, 6)]);
    await expect(createEmbed(gpu, { table: odd, scale, positions: false })).rejects.toMatchObject({
      code: "bad-option",
      message: "embed: width: expected a multiple of 4, got 6",
    });
    using table = await uploadMatrix(gpu, [memoryTensor("f32", 2, 8)]);
    const embed = await createEmbed(gpu, { table, scale, positions: false });
    using some = floatBuffer(gpu, new Float32Array(64));
    using out = unsetBuffer(gpu, 64);
    const buffers = { places: some, drawn: some, out };
    expect(() => embed.bind({ ...buffers, positions: some })).toThrow("positions: expected none");
    const learned = await createEmbed(gpu, { table, scale, positions: true });
    expect(() => learned.bind(buffers)).toThrow("positions: expected a buffer, got none");
    using few = floatBuffer(gpu, new Float32Array(4));
    expect(() => learned.bind({ ...buffers, positions: few })).toThrow(
      "positions: expected at least 32 bytes, got 16",
    );
  });
});
