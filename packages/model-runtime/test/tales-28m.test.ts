import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "@sift-attention/testing/shared-data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel, type Session } from "../src/index.ts";
import { collect, collectIds, collectLogits } from "./collect.ts";

interface GoldenCase {
  readonly label: string;
  readonly ids: readonly number[];
  readonly nll_mean: number;
  readonly last_logits_top10: readonly (readonly [id: number, logit: number])[];
  readonly greedy: readonly number[];
}

const folder = sharedData("models", "tales-28m");
const cases: readonly GoldenCase[] = folder
  ? (JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as { cases: GoldenCase[] }).cases
  : [];

/** Negative log-likelihood of a token, in nats. */
function nll(logits: Float32Array, id: number): number {
  const maximum = logits.reduce((best, logit) => Math.max(best, logit), -Infinity);
  const sum = logits.reduce((mass, logit) => mass + Math.exp(logit - maximum), 0);
  return maximum + Math.log(sum) - logits[id]!;
}

describe.skipIf(!folder)("tales-28m from shared/models (skipped when it is absent)", () => {
  let model: Model;
  let session: Session;

  beforeAll(async () => {
    model = await openModel(folder!, { backend: "cpu" });
    session = await model.createSession({ attention: { kind: "full" }, contextLength: 3072 });
  });
  afterAll(() => model.dispose());

  test("takes less than three times the weights", async () => {
    const before = process.memoryUsage().rss;
    const second = await openModel(folder!, { backend: "cpu" });
    const taken = process.memoryUsage().rss - before;
    expect(second.info.weightBytes).toBeGreaterThan(56e6);
    expect(taken).toBeLessThan(3 * second.info.weightBytes);
    await second.dispose();
  });

  test("sift at a threshold of −Infinity equals full bit for bit", async () => {
    const [, { ids }] = cases as [GoldenCase, GoldenCase];
    const options = { temperature: 0, maxTokens: 32, topLogprobs: 20 };
    const attention = { kind: "sift", fixedLogThreshold: -Infinity } as const;
    const full = await collect(session.generate(ids, options));
    const sift = await collect(session.generate(ids, { ...options, attention }));
    const logprobs = ({ tokens }: typeof full): unknown[] =>
      tokens.map(({ id, topLogprobs }) => ({ id, topLogprobs }));
    expect(logprobs(sift)).toEqual(logprobs(full));
    const scored = await collectLogits(session.score(ids));
    expect(await collectLogits(session.score(ids, { attention }))).toEqual(scored);
  });

  const isTooLong = (ids: readonly number[]): boolean =>
    ids.length > 1000 && !model.info.backendDescription.startsWith("cpu, WebAssembly");
  const patience = { timeout: 300_000 };

  test.for(cases)(
    "$label: all 48 greedy tokens are transformers'",
    patience,
    async (golden, { skip }) => {
      skip(isTooLong(golden.ids), "plain TypeScript takes minutes for it");
      const options = { temperature: 0, maxTokens: golden.greedy.length };
      expect(await collectIds(session.generate(golden.ids, options))).toEqual(golden.greedy);
    },
  );

  test.for(cases)(
    "$label: likelihood and last logits agree with transformers",
    patience,
    async (golden, { skip }) => {
      skip(isTooLong(golden.ids), "plain TypeScript takes minutes for it");
      const logits = await collectLogits(session.score(golden.ids));
      const losses = golden.ids.slice(1).map((id, row) => nll(logits[row]!, id));
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      // Both sides compute in float32: their rounding is about 4e-5 in a logit of 26.
      expect(Math.abs(mean - golden.nll_mean)).toBeLessThan(3e-6);
      const last = logits.at(-1)!;
      for (const [id, logit] of golden.last_logits_top10) {
        expect(Math.abs(last[id]! - logit)).toBeLessThan(1e-4);
      }
    },
  );
});
