import { afterEach, describe, expect, test } from "vitest";
import { collectLogits } from "../../test/collect.ts";
import { createTinyModel } from "../../test/tiny-model.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import type { ScoreOptions, Session } from "../session.ts";

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

describe("session.score", () => {
  test("covers every row once, in order, in chunks of at most 64", async () => {
    const session = await fullSession();
    let next = 0;
    for await (const { firstPosition, rows, phase, logits, kept, union } of session.score(TOKENS)) {
      expect(firstPosition).toBe(next);
      expect(rows).toBeLessThanOrEqual(64);
      expect(phase).toBe("full");
      expect([logits.length, kept.length, union.length]).toEqual([67 * rows, 8 * rows, 4 * rows]);
      for (let row = 0; row < rows; row++) expect(kept[row * 4]).toBe(firstPosition + row + 1);
      next += rows;
    }
    expect(next).toBe(TOKENS.length);
  });

  test("reports the rows that were asked for, with the same numbers", async () => {
    const session = await fullSession();
    const all = await collectLogits(session.score(TOKENS));
    const late = await collectLogits(session.score(TOKENS, { reportFrom: 101 }));
    expect(late).toEqual(all.slice(101));
    expect(await collectLogits(session.score(TOKENS, { reportFrom: TOKENS.length }))).toEqual([]);
  });

  test("another session that runs while progress is reported changes nothing", async () => {
    const session = await fullSession();
    const other = await model!.createSession({ attention: { kind: "full" } });
    const alone = await collectLogits(session.score(TOKENS));
    const others: Promise<unknown>[] = [];
    const onPrefill = ({ tokensDone }: { readonly tokensDone: number }): void => {
      if (tokensDone === TOKENS.length)
        others.push(collectLogits(other.score(TOKENS.toReversed())));
    };
    expect(await collectLogits(session.score(TOKENS, { onPrefill }))).toEqual(alone);
    await Promise.all(others);
    expect(others).toHaveLength(1);
  });

  test("rows before attentionFrom are full, whatever the mode", async () => {
    const session = await fullSession();
    const attention = { kind: "top-k", fraction: 0.1 } as const;
    const full = await collectLogits(session.score(TOKENS));
    const from = await collectLogits(session.score(TOKENS, { attention, attentionFrom: 70 }));
    expect(from.slice(0, 70)).toEqual(full.slice(0, 70));
    expect(from.slice(70)).not.toEqual(full.slice(70));
    const never = { attention, attentionFrom: TOKENS.length };
    expect(await collectLogits(session.score(TOKENS, never))).toEqual(full);
  });

  test("an abort ends it", async () => {
    const session = await fullSession();
    const controller = new AbortController();
    const scored: number[] = [];
    const options = { signal: controller.signal };
    for await (const { rows } of session.score(TOKENS, options)) {
      scored.push(rows);
      controller.abort();
    }
    expect(scored).toHaveLength(1);
    expect(await collectLogits(session.score(TOKENS))).toHaveLength(TOKENS.length);
  });

  test("more tokens than the context holds are refused with both numbers", async () => {
    const session = await fullSession();
    const tokens = new Array<number>(257).fill(1);
    await expect(session.score(tokens).next()).rejects.toMatchObject({
      code: "context-overflow",
      message: expect.stringMatching(/256.*257/),
    });
  });

  test.each<[string, readonly number[], ScoreOptions]>([
    ["tokens", [], {}],
    ["tokens", [67], {}],
    ["attentionFrom", [1, 2], { attentionFrom: 3 }],
    ["reportFrom", [1, 2], { reportFrom: -1 }],
    ["attention.fraction", [1, 2], { attention: { kind: "top-k", fraction: 2 } }],
  ])("%s out of range is refused by name", async (name, tokens, options) => {
    const session = await fullSession();
    await expect(session.score(tokens, options).next()).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(name),
    });
  });
});
