import { expectNumber } from "../sampling/expect-number.ts";
import type { ScoredChunk, ScoreOptions } from "../session.ts";
import { type AttentionSchedule, planFull } from "./attention-schedule.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import type { Sequence } from "./sequence.ts";

/** What a teacher-forced pass works with. */
export interface Scoring {
  readonly sequence: Sequence;
  readonly tokens: readonly number[];
  readonly schedule: AttentionSchedule;
  readonly options: ScoreOptions;
}

/** Runs the tokens chunk by chunk: full attention, then the schedule, from the rows that were asked for. */
export async function* score(scoring: Scoring): AsyncGenerator<ScoredChunk, void> {
  const { sequence, tokens, schedule, options } = scoring;
  const attentionFrom = expectPosition("attentionFrom", options.attentionFrom, tokens);
  const reportFrom = expectPosition("reportFrom", options.reportFrom, tokens);
  const logits = createLogitsCopy(sequence);
  for (let done = 0; done < tokens.length; ) {
    if (options.signal?.aborted) return;
    const limit = nextBoundary(done, [attentionFrom, reportFrom, tokens.length]) - done;
    const wanted = sequence.pacer.rows(Math.min(limit, sequence.decoder.maxRows));
    const plan = done < attentionFrom ? planFull(wanted) : schedule.plan(done, wanted);
    const pass = sequence.run(tokens, done, plan);
    if (done >= attentionFrom) schedule.observe(pass);
    // Before anybody is told: another session's pass writes to the same memory.
    const chunk = done >= reportFrom && toChunk(pass, plan.phase, logits(plan.rows));
    options.onPrefill?.({ tokensDone: done + plan.rows, tokensTotal: tokens.length });
    if (chunk) yield chunk;
    done += plan.rows;
    await sequence.pause();
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

/** Copies the logits of the last pass, which another session may overwrite, into the same array each time. */
function createLogitsCopy({ config, decoder }: Sequence): (rows: number) => Float32Array {
  const { vocabularySize } = config;
  let copy: Float32Array | undefined;
  return (rows) => {
    copy ??= new Float32Array(decoder.maxRows * vocabularySize);
    for (let row = 0; row < rows; row += decoder.maxLogitsRows) {
      const part = decoder.logits(row, Math.min(decoder.maxLogitsRows, rows - row));
      copy.set(part, row * vocabularySize);
    }
    return copy.subarray(0, rows * vocabularySize);
  };
}

function expectPosition(
  name: string,
  position: number | undefined,
  tokens: readonly number[],
): number {
  if (position === undefined) return 0;
  return expectNumber(name, position, { min: 0, max: tokens.length, integer: true });
}
