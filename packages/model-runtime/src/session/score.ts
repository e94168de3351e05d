import type { RowsResult } from "../backend/model-backend.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import type { ScoredChunk, ScoreOptions } from "../session.ts";
import {
  type AttentionSchedule,
  type PlannedRows,
  planFull,
  seesEveryKey,
} from "./attention-schedule.ts";
import type { HeldTokens } from "./held-tokens.ts";
import type { LiveSlots } from "./live-slots.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** Rows of a chunk at most: the logits of more would fill the memory and gain no speed. */
const MOST_ROWS = 64;

/** What a teacher-forced pass works with. */
export interface Scoring {
  readonly slots: LiveSlots;
  /** Of slot 0, in which it runs. */
  readonly held: HeldTokens;
  readonly reusesPrefix: boolean;
  readonly tokens: readonly number[];
  readonly schedule: AttentionSchedule;
  readonly options: ScoreOptions;
}

/** Runs the tokens chunk by chunk: full attention, then the schedule, from the rows that were asked for. */
export async function* score(scoring: Scoring): AsyncGenerator<ScoredChunk, void> {
  const { slots, held, tokens, schedule, options } = scoring;
  const attentionFrom = expectPosition("attentionFrom", options.attentionFrom, tokens);
  const reportFrom = expectPosition("reportFrom", options.reportFrom, tokens);
  const reused = scoring.reusesPrefix ? held.prefix(tokens) : 0;
  held.cut(Math.min(reused, attentionFrom, reportFrom));
  await telling(scoring, () => slots.renew());
  await telling(scoring, () => slots.current.prepare(schedule.prepared));
  for (let done = held.length; done < tokens.length; ) {
    if (options.signal?.aborted) return;
    const limit = nextBoundary(done, [attentionFrom, reportFrom, tokens.length]) - done;
    const wanted = Math.min(limit, slots.backend.maxRows, MOST_ROWS);
    const plan = done < attentionFrom ? planFull(wanted) : schedule.plan(done, wanted);
    const want = done < reportFrom ? "nothing" : "logits";
    const { statistics, logits } = await telling(scoring, () => runRows(scoring, done, plan, want));
    if (done >= attentionFrom) schedule.observe(plan, statistics);
    options.onPrefill?.({ tokensDone: done + plan.rows, tokensTotal: tokens.length });
    if (logits) yield toChunk(statistics, plan.phase, logits);
    done += plan.rows;
  }
}

/** The rows before `firstPosition` are in the slot. */
async function runRows(
  { slots, held, tokens }: Scoring,
  firstPosition: number,
  { rows, attention }: PlannedRows,
  want: "nothing" | "logits",
): Promise<RowsResult> {
  const chunk = tokens.slice(firstPosition, firstPosition + rows);
  const call = { slot: 0, tokens: chunk, firstPosition, attention, want };
  const result = await slots.current.run(call);
  if (seesEveryKey(attention)) held.add(firstPosition, chunk);
  return result;
}

/** Leaves the slot empty when a call fails, and says so when the device is lost or the session is disposed of. */
async function telling<Result>(
  { slots, held }: Scoring,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    held.cut(0);
    if (error instanceof ModelError && error.code === "device-lost") slots.lose();
    slots.expectOpen();
    throw error;
  }
}

/** The first of the positions past this one: rows of a chunk lie on one side of each. */
function nextBoundary(position: number, boundaries: readonly number[]): number {
  return Math.min(...boundaries.filter((boundary) => boundary > position));
}

function toChunk(
  { firstPosition, rows, kept, union, droppedMass }: PassStatistics,
  phase: ScoredChunk["phase"],
  logits: Float32Array,
): ScoredChunk {
  return { firstPosition, rows, phase, logits, kept, union, droppedMass };
}

function expectPosition(
  name: string,
  position: number | undefined,
  tokens: readonly number[],
): number {
  if (position === undefined) return 0;
  return expectNumber(name, position, { min: 0, max: tokens.length, integer: true });
}
