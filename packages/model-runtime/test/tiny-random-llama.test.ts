import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { openModel } from "../src/index.ts";
import { collectIds } from "./collect.ts";

const folder = sharedData("data", "golden", "tiny-random-llama");

type Golden = { readonly greedy: readonly (readonly [prompt: number[], all: number[]])[] };

describe.skipIf(!folder)("tiny-random-llama from shared/data (skipped when it is absent)", () => {
  test("greedy tokens are those of ONNX Runtime", async () => {
    const golden = JSON.parse(readFileSync(join(folder!, "golden.json"), "utf8")) as Golden;
    const model = await openModel(folder!, { backend: "cpu" });
    const session = await model.createSession({ attention: { kind: "full" } });
    for (const [prompt, all] of golden.greedy) {
      const maxTokens = all.length - prompt.length;
      const ids = await collectIds(session.generate(prompt, { temperature: 0, maxTokens }));
      expect([...prompt, ...ids]).toEqual(all);
    }
    await model.dispose();
  }, 120_000);
});
