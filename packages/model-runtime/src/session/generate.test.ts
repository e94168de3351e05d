import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { collect } from "../../test/collect.ts";
import { createTinyModel, type TinyModelOptions } from "../../test/tiny-model.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../test/tiny-model.golden.json", import.meta.url), "utf8"),
) as { readonly tokens: readonly number[]; readonly cases: { readonly greedy: number[] }[] };

let model: Model | undefined;

afterEach(async () => {
  await model?.dispose();
  model = undefined;
});

async function openTiny(options?: TinyModelOptions): Promise<Model> {
  model = await openModel(createTinyModel(options));
  return model;
}

describe("session.generate", () => {
  test("gives the greedy tokens of numpy in float64", async () => {
    const session = (await openTiny()).createSession({ attention: { kind: "full" } });
    const { tokens, summary } = await collect(session.generate(golden.tokens, { maxTokens: 16 }));
    expect(tokens.map(({ id }) => id)).toEqual(golden.cases[0]!.greedy);
    expect(summary).toMatchObject({
      finishReason: "length",
      promptTokens: 24,
      generatedTokens: 16,
    });
  });
});
