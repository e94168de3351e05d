import type { RowsResult } from "../backend/model-backend.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import type { ScoredChunk, ScoreOptions } from "../session.ts";
import { type AttentionSchedule, type PlannedRows, planFull } from "./attention-schedule.ts";
import type { LiveSlots } from "./live-slots.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { sampledRows, withSample } from "./sampled-rows.ts";
import type { SlotContents } from "./slot-contents.ts";

/** Rows of a chunk at most: the logits of more would fill the memory and gain no speed. */
const MOST_ROWS = 64;

/** Where it runs. */
const SLOT = 0;

/** What a teacher-forced pass works with. */
export interface Scoring {
  readonly slots: LiveSlots;
  readonly contents: SlotContents;
  readonly tokens: readonly number[];
  readonly schedule: AttentionSchedule;
  readonly options: ScoreOptions;
}

/** Runs the tokens chunk by chunk: full attention, then the schedule, from the rows that were asked for. */
export async function* score(scoring: Scoring): AsyncGenerator<ScoredChunk, void> {
  const { slots, contents, tokens, schedule, options } = scoring;
  const attentionFrom = expectPosition("attentionFrom", options.attentionFrom, tokens);
  const reportFrom = expectPosition("reportFrom", options.reportFrom, tokens);
  if (slots.isStale) {
    contents.clear();
    slots.lose();
  }
  const held = schedule.planPrompt ? 0 : contents.prefix(SLOT, tokens);
  const reused = Math.min(held, attentionFrom, reportFrom);
  expectVisible(scoring);
  contents.cut(SLOT, reused);
  for (const row of contents.sampled(SLOT))
    schedule.observePrompt?.(row.contextLength, row.quantiles);
  await telling(scoring, () => slots.renew());
  await telling(scoring, () => slots.current.prepare(schedule.prepared));
  for (let done = reused; done < tokens.length; ) {
    if (options.signal?.aborted) return;
    const limit = nextBoundary(done, [attentionFrom, reportFrom, tokens.length]) - done;
    const wanted = Math.min(limit, slots.backend.maxRows, MOST_ROWS);
    const isPrompt = done < attentionFrom;
    let plan = planRows(scoring, done, wanted, attentionFrom);
    const want = done < reportFrom ? "nothing" : "logits";
    let result = await telling(scoring, () => runRows(scoring, done, plan, want));
    if (!isPrompt) schedule.observe(plan, result.statistics);
    for (let again = schedule.redo?.(); again; again = schedule.redo?.()) {
      plan = again;
      result = await telling(scoring, () => runRows(scoring, done, plan, want));
      schedule.observe(plan, result.statistics);
    }
    const { statistics, logits } = result;
    options.onPrefill?.({ tokensDone: done + plan.rows, tokensTotal: tokens.length });
    if (logits) yield toChunk(statistics, plan.phase, logits, schedule);
    done += plan.rows;
  }
}

function planRows(
  { schedule }: Scoring,
  firstPosition: number,
  rows: number,
  attentionFrom: number,
): PlannedRows {
  if (firstPosition >= attentionFrom) return schedule.plan(firstPosition, rows);
  return schedule.planPrompt?.(firstPosition, rows) ?? planFull(rows);
}

/** The rows before `firstPosition` are in the slot. */
async function runRows(
  { slots, contents, tokens, schedule, options: { onAttention } }: Scoring,
  firstPosition: number,
  { rows, attention }: PlannedRows,
  want: "nothing" | "logits",
): Promise<RowsResult> {
  const chunk = tokens.slice(firstPosition, firstPosition + rows);
  const isSeen = want === "logits" && onAttention !== undefined;
  const sampling = withSample(attention, firstPosition, rows);
  const row = { slot: SLOT, tokens: chunk, firstPosition, attention: sampling, want };
  const call = { ...row, ...(isSeen && { onAttention }) };
  const result = await slots.current.run(call);
  contents.add(SLOT, call, result.statistics);
  for (const row of sampledRows(sampling, result.statistics)) {
    schedule.observePrompt?.(row.contextLength, row.quantiles);
  }
  return result;
}

/** Leaves the slot empty when a call fails, and says so when the device is lost or the session is disposed of. */
async function telling<Result>(
  { slots, contents }: Scoring,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    contents.clear();
    if (slots.isLoss(error)) slots.lose();
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
  schedule: AttentionSchedule,
): ScoredChunk {
  const decisions = schedule.takeDecisions?.();
  const numbers = { firstPosition, rows, phase, logits, kept, union, droppedMass };
  return decisions ? { ...numbers, decisions } : numbers;
}

/** @throws ModelError "bad-option" where attention cannot be looked at. */
function expectVisible({ slots, options }: Scoring): void {
  if (options.onAttention === undefined || slots.backend.kind === "cpu") return;
  throw new ModelError(
    "bad-option",
    `onAttention: expected the cpu backend, got ${slots.backend.kind}; open the model with backend "cpu"`,
  );
}

function expectPosition(
  name: string,
  position: number | undefined,
  tokens: readonly number[],
): number {
  if (position === undefined) return 0;
  return expectNumber(name, position, { min: 0, max: tokens.length, integer: true });
}
