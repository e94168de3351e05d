import { relativeL2 } from "@sift-attention/reference-attention";
import { afterEach, describe, expect, test } from "vitest";
import { collectIds, collectLogits } from "../../test/collect.ts";
import { createTinyModel } from "../../test/tiny-model.ts";
import type { CustomMode } from "../attention-mode.ts";
import type { KeyChoice, KeyChoiceShape } from "../key-choice.ts";
import type { LayerAttention } from "../layer-attention.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import type { Session } from "../session.ts";

const TOKENS = Array.from({ length: 150 }, (_, i) => (13 * i * i + 2 * i) % 67);
let model: Model | undefined;

afterEach(async () => {
  await model?.dispose();
  model = undefined;
});

async function fullSession(): Promise<Session> {
  model = await openModel(createTinyModel(), { backend: "cpu", cpu: "plain" });
  return model.createSession({ attention: { kind: "full" } });
}

/** Two sinks and a window of eight, and what it was asked. */
function windowRule(options: Partial<CustomMode> = {}): {
  readonly mode: CustomMode;
  readonly asked: { layer: number; position: number }[];
  readonly shapes: KeyChoiceShape[];
} {
  const asked: { layer: number; position: number }[] = [];
  const shapes: KeyChoiceShape[] = [];
  const choose = ({ layer, position, kvHead, kept, count }: KeyChoice): void => {
    if (kvHead === 0) asked.push({ layer, position });
    for (const line of kept) line.fill(1, 0, 2).fill(1, Math.max(0, count - 8));
  };
  const createRule = (shape: KeyChoiceShape) => {
    shapes.push(shape);
    return choose;
  };
  return { mode: { kind: "custom", name: "window", createRule, ...options }, asked, shapes };
}

const WINDOW = { kind: "sliding-window", sinks: 2, window: 8, droppedMass: "mean-value" } as const;

describe("a custom rule of a session", () => {
  test("that keeps what the sliding window keeps gives its logits", async () => {
    const session = await fullSession();
    const { mode } = windowRule({ droppedMass: "mean-value" });
    const [ours, built] = [
      await collectLogits(session.score(TOKENS, { attention: mode, attentionFrom: 40 })),
      await collectLogits(session.score(TOKENS, { attention: WINDOW, attentionFrom: 40 })),
    ];
    for (const [row, logits] of ours.entries()) {
      expect(relativeL2(built[row]!, logits)).toBeLessThan(1e-5);
    }
  });

  test("is asked in each layer for each row in order, from attentionFrom on", async () => {
    const session = await fullSession();
    const { mode, asked, shapes } = windowRule();
    await collectLogits(session.score(TOKENS, { attention: mode, attentionFrom: 40 }));
    const { layers, queryHeads, kvHeads, headDim } = model!.config;
    expect(shapes).toEqual([{ layers, queryHeads, kvHeads, headDim }]);
    const expected = TOKENS.map((_, position) => position).slice(40);
    for (let layer = 0; layer < layers; layer++) {
      const positions = asked.filter((choice) => choice.layer === layer);
      expect(positions.map(({ position }) => position)).toEqual(expected);
    }
  });

  test("generates, with a rule of its own each time", async () => {
    const session = await fullSession();
    const { mode, shapes } = windowRule({ droppedMass: "mean-value" });
    const options = { maxTokens: 12, temperature: 0 };
    const ours = await collectIds(session.generate(TOKENS, { ...options, attention: mode }));
    const built = await collectIds(session.generate(TOKENS, { ...options, attention: WINDOW }));
    expect(ours).toEqual(built);
    await collectIds(session.generate(TOKENS, { ...options, attention: mode }));
    expect(shapes).toHaveLength(2);
  });

  test("sees the whole prompt where it asks for that, whatever the session holds", async () => {
    const session = await fullSession();
    await collectLogits(session.score(TOKENS));
    const { mode, asked } = windowRule({ seesPrompt: true });
    await collectIds(session.generate(TOKENS, { maxTokens: 3, temperature: 0, attention: mode }));
    const positions = asked.filter(({ layer }) => layer === 0).map(({ position }) => position);
    expect(positions).toEqual(Array.from({ length: TOKENS.length + 2 }, (_, i) => i));
    const unseen = windowRule();
    await collectLogits(session.score(TOKENS, { attention: unseen.mode, attentionFrom: 149 }));
    expect(unseen.asked.map(({ position }) => position)).toEqual(
      new Array(model!.config.layers).fill(149),
    );
  });

  test("that throws ends the pass with what it threw, and leaves the session usable", async () => {
    const session = await fullSession();
    const createRule = () => () => {
      throw new RangeError("mine");
    };
    const attention = { kind: "custom", name: "broken", createRule } as const;
    await expect(collectLogits(session.score(TOKENS, { attention }))).rejects.toThrow("mine");
    expect(await collectLogits(session.score(TOKENS))).toHaveLength(TOKENS.length);
  });

  test.each([
    ["attention.name", { name: 3 }],
    ["attention.createRule", { createRule: "top" }],
    ["attention.seesPrompt", { seesPrompt: 1 }],
    ["attention.droppedMass", { droppedMass: "mean" }],
  ])("%s of another type is refused by name", async (name, change) => {
    const session = await fullSession();
    const attention = { ...windowRule().mode, ...change } as CustomMode;
    await expect(session.score(TOKENS, { attention }).next()).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(name),
    });
  });
});

describe("onAttention of session.score", () => {
  test("shows outputs that are the weighted values of the rows reported", async () => {
    const session = await fullSession();
    const seen: number[] = [];
    let worst = 0;
    const onAttention = (attention: LayerAttention): void => {
      const { layer, rows, firstPosition, output, geometry } = attention;
      if (layer === 0) for (let row = 0; row < rows; row++) seen.push(firstPosition + row);
      const width = geometry.queryHeads * geometry.headDim;
      const last = output.slice((rows - 1) * width, rows * width);
      worst = Math.max(worst, relativeL2(attendFully(attention, rows - 1), last));
    };
    await collectLogits(session.score(TOKENS, { reportFrom: 100, onAttention }));
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => 100 + i));
    expect(worst).toBeLessThan(1e-5);
    expect(worst).toBeGreaterThan(0);
  });
});

/** Full attention of one row in float64: [queryHeads, headDim]. */
function attendFully(attention: LayerAttention, row: number): Float64Array {
  const { geometry, firstPosition, capacity, scale, query, keys, values } = attention;
  const { queryHeads, kvHeads, headDim } = geometry;
  const out = new Float64Array(queryHeads * headDim);
  for (let head = 0; head < queryHeads; head++) {
    const kvHead = Math.floor((head * kvHeads) / queryHeads);
    const scores = Array.from({ length: firstPosition + row + 1 }, (_, key) => {
      let sum = 0;
      for (let i = 0; i < headDim; i++) {
        sum +=
          query[(row * queryHeads + head) * headDim + i]! *
          keys[(kvHead * capacity + key) * headDim + i]!;
      }
      return Math.exp(sum * scale);
    });
    const total = scores.reduce((sum, weight) => sum + weight, 0);
    for (const [key, weight] of scores.entries()) {
      for (let i = 0; i < headDim; i++) {
        out[head * headDim + i]! +=
          (weight / total) * values[(kvHead * capacity + key) * headDim + i]!;
      }
    }
  }
  return out;
}
