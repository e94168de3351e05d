import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "@sift-attention/testing/shared-data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel, type Session } from "../src/index.ts";
import { collectIds, collectLogits } from "./collect.ts";

const gguf = sharedData("data", "weights", "stories260K", "stories260K.f32.derived.gguf");
const golden = sharedData("data", "golden", "stories260K");
const VOCABULARY = 512;

/** Tokens that went into llama2.c, its first one included, and the logits that came out at each position. */
function readGolden(label: string): { tokens: number[]; logits: Float32Array } {
  const tokens = readFileSync(join(golden!, `stories260K.${label}.tokens.txt`), "utf8");
  const bytes = readFileSync(join(golden!, `stories260K.${label}.logits.f32.bin`));
  return {
    tokens: tokens.trim().split("\n").map(Number),
    logits: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
}

describe.skipIf(!(gguf && golden))("stories260K from shared/data (skipped when absent)", () => {
  let model: Model;
  let session: Session;

  beforeAll(async () => {
    model = await openModel(gguf!, { backend: "cpu" });
    session = await model.createSession({ attention: { kind: "full" } });
  });
  afterAll(() => model.dispose());

  test("all greedy tokens from the beginning-of-text token are llama2.c's", async () => {
    const { tokens } = readGolden("greedy");
    const generation = session.generate([tokens[0]!], { temperature: 0, maxTokens: tokens.length });
    const ids = await collectIds(generation);
    expect(tokens).toHaveLength(346);
    // llama2.c does not write the beginning-of-text token that ended its text.
    expect(ids).toEqual([...tokens.slice(1), tokens[0]]);
  }, 120_000);

  test.each(["greedy", "prompt"])(
    "%s: logits at every position are llama2.c's",
    async (label) => {
      const { tokens, logits } = readGolden(label);
      expect(logits).toHaveLength(tokens.length * VOCABULARY);
      const rows = await collectLogits(session.score(tokens));
      const errors = rows.map((row, at) =>
        row.reduce(
          (most, logit, id) => Math.max(most, Math.abs(logit - logits[at * VOCABULARY + id]!)),
          0,
        ),
      );
      // llama2.c sums in float32; logits reach 23 in size.
      expect(Math.max(...errors)).toBeLessThan(1e-4);
    },
    120_000,
  );
});
