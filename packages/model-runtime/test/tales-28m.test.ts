import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "@sift-attention/testing/shared-data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel, type Session } from "../src/index.ts";
import { collectIds, collectLogits } from "./collect.ts";

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
    model = await openModel(folder!);
    session = model.createSession({ attention: { kind: "full" }, contextLength: 3072 });
  });
  afterAll(() => model.dispose());

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
      // transformers sums 3,000 losses in float32, and its own logits carry about 1e-4 of rounding.
      expect(Math.abs(mean - golden.nll_mean)).toBeLessThan(2e-5);
      const last = logits.at(-1)!;
      for (const [id, logit] of golden.last_logits_top10) {
        expect(Math.abs(last[id]! - logit)).toBeLessThan(1e-3);
      }
    },
  );
});
