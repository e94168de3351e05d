import { afterEach, describe, expect, test } from "vitest";
import { createTinyModel } from "../../../test/tiny-model.ts";
import { samplingRules } from "../../sampling/sampling-rules.ts";
import type { PassAttention } from "../attention-rule.ts";
import type { ModelBackend, RowsCall, SequenceSlots } from "../model-backend.ts";
import { openCpuBackend } from "./open-cpu-backend.ts";

const FULL: PassAttention = { rule: { kind: "full" } };
const RULES = samplingRules({ frequencyPenalty: 1.5 }, {}, 67);
const DRAW = { uniform: 0.5 };
const opened: ModelBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.dispose();
});

async function openSlots(slots: number): Promise<SequenceSlots> {
  const backend = await openCpuBackend(createTinyModel(), { cpu: "plain" });
  opened.push(backend);
  return backend.createSlots({ slots, capacity: 32 });
}

function prompt(slot: number, tokens: readonly number[]): RowsCall {
  return { slot, tokens, firstPosition: 0, attention: FULL, want: "token", draw: DRAW };
}

describe("CpuSlots", () => {
  test("run calls in the order in which they were made, before the last has settled", async () => {
    const slots = await openSlots(1);
    slots.startSampling(0, RULES, [1, 2, 3]);
    const row = (position: number) => ({ slot: 0, position, attention: FULL, draw: DRAW });
    const calls = [
      slots.run(prompt(0, [1, 2, 3])),
      slots.decode([row(3)]),
      slots.decode([row(4)]),
    ] as const;
    const [first, second, third] = await Promise.all(calls);
    const ids = [first.token!.id, second[0]!.id, third[0]!.id];
    const forced = [1, 2, 3, ...ids.slice(0, 2)];
    slots.startSampling(0, RULES, [1, 2, 3], ids.slice(0, 2));
    expect((await slots.run(prompt(0, forced))).token!.id).toBe(ids[2]);
  });

  test("decode several slots as they decode one", async () => {
    const slots = await openSlots(3);
    const prompts = [[1, 2, 3], [9], [5, 6]];
    const alone: number[] = [];
    for (const [slot, tokens] of prompts.entries()) {
      slots.startSampling(slot, RULES, tokens);
      await slots.run(prompt(slot, tokens));
      const row = { slot, position: tokens.length, attention: FULL, draw: DRAW };
      alone.push((await slots.decode([row]))[0]!.id);
    }
    for (const [slot, tokens] of prompts.entries()) {
      slots.startSampling(slot, RULES, tokens);
      await slots.run(prompt(slot, tokens));
    }
    const together = await slots.decode(
      prompts.map(({ length }, slot) => ({ slot, position: length, attention: FULL, draw: DRAW })),
    );
    expect(together.map(({ id }) => id)).toEqual(alone);
    expect(together.map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(together.map(({ statistics }) => [...statistics.kept])).toEqual(
      prompts.map(({ length }) => new Array(2 * 4).fill(length + 1)),
    );
  });

  test("let the event loop turn before each call", async () => {
    const slots = await openSlots(1);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    const run = slots.run({ ...prompt(0, [1]), want: "nothing" });
    expect(turned).toBe(false);
    await run;
    expect(turned).toBe(true);
  });

  test("refuse what is under way when they are disposed of", async () => {
    const slots = await openSlots(1);
    const calls = [0, 1].map(() => slots.run({ ...prompt(0, [1, 2]), want: "logits" }));
    slots.dispose();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "disposed" });
  });

  test("go on after a call that failed", async () => {
    const slots = await openSlots(1);
    await expect(slots.run(prompt(0, [1, 2]))).rejects.toMatchObject({ code: "bad-option" });
    slots.startSampling(0, RULES, [1, 2]);
    expect((await slots.run(prompt(0, [1, 2]))).token).toBeDefined();
  });
});
