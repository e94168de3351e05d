import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { runAppend } from "./append-rig.fixture.ts";
import { createRotaryTable, rotaryTableBytes } from "./rotary-table.ts";

const gpu = await openTestGpu(openGpu);

const frequencies = Float64Array.from({ length: 32 }, (_, i) => 10_000 ** (-i / 32));
const options = {
  geometry: { queryHeads: 1, kvHeads: 1, headDim: 64 },
  kvType: "f16",
  slots: 1,
  capacity: 131072,
  rotary: { pairs: 32, layout: "half" },
} as const;

/** (cos, sin) of each frequency at a position, as the device has them: the pair (1, 0), turned. */
async function turnAt(position: number): Promise<readonly (readonly [number, number])[]> {
  const { queries } = await runAppend(gpu, {
    options,
    places: [{ slot: 0, position }],
    qkv: Float32Array.from({ length: 192 }, (_, i) => (i % 64 < 32 ? 1 : 0)),
    frequencies,
    queryNorm: new Float32Array(64),
    keyNorm: new Float32Array(64),
  });
  return Array.from(frequencies, (_, i) => [queries[i]!, queries[i + 32]!] as const);
}

describe("createRotaryTable", () => {
  test.each([0, 1, 255, 256, 8191, 131071])(
    "turns by the angles of position %i to 5 · 2⁻²⁵",
    async (position) => {
      for (const [i, [cosine, sine]] of (await turnAt(position)).entries()) {
        const angle = position * frequencies[i]!;
        expect(Math.abs(cosine - Math.cos(angle))).toBeLessThanOrEqual(5 * 2 ** -25);
        expect(Math.abs(sine - Math.sin(angle))).toBeLessThanOrEqual(5 * 2 ** -25);
      }
    },
  );

  test("takes as many bytes as it says, and gives them back", () => {
    const { liveBytes } = gpu.memory;
    const table = createRotaryTable(gpu, { label: "angles", frequencies, capacity: 1000 });
    expect(table.byteLength).toBe(rotaryTableBytes({ pairs: 32, capacity: 1000 }));
    table.dispose();
    expect(gpu.memory.liveBytes).toBe(liveBytes);
  });

  test.each([
    [new Float64Array(0), 8, "got 0 and 8"],
    [frequencies, 0, "got 32 and 0"],
  ])("refuses no frequencies or no positions", (none, capacity, message) => {
    const create = () => createRotaryTable(gpu, { label: "angles", frequencies: none, capacity });
    expect(create).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(create).toThrow(message);
  });
});
