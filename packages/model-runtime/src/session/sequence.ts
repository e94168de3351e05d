import type { DecodeRow, DrawnToken, DrawOptions, RowsCall } from "../backend/model-backend.ts";
import type { GenerateSummary } from "../generated-token.ts";
import { createRandom } from "../sampling/random.ts";
import { type PlannedRows, planFull } from "./attention-schedule.ts";
import type { Generation, SequencePlace } from "./generation.ts";
import { GenerationOutput, type WrittenToken } from "./generation-output.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { sampledRows, withSample } from "./sampled-rows.ts";
import { toStepStatistics } from "./step-statistics.ts";

/** How a token is drawn, and the plan of its row: none for the end of the prompt. */
interface AskedToken {
  readonly plan?: PlannedRows;
  readonly draw: DrawOptions;
}

/**
 * One generation in a slot. Step t is the row whose query is generated token t, so that the token it predicts is number
 * t + 1 and the prefill predicts the first. Tokens are asked for one after the other and read in the same order, maybe
 * some rows later. After `restart` the rows that were lost run again, under full attention, and tokens that were asked
 * for and not read are asked for once more, by the plans and random numbers that they had.
 */
export class Sequence {
  readonly generation: Generation;
  readonly place: SequencePlace;
  readonly #output: GenerationOutput;
  readonly #random: () => number;
  /** Prompt and generated tokens. */
  readonly #tokens: number[];
  #asked: AskedToken[] = [];
  #again: AskedToken[] = [];
  /** Rows in the slot or on their way. */
  #rows: number;
  #isRunning = false;
  /** The slot has drawn, or will have drawn, a token that comes after the last row. */
  #slotDraws = false;
  /** Value rows read in vain by attempts at the row at hand. */
  #rowsReadBefore = 0;

  constructor(generation: Generation, place: SequencePlace) {
    const { prompt, settings } = generation;
    const random = createRandom(settings.sampling.seed);
    this.generation = generation;
    this.place = place;
    this.#output = new GenerationOutput(generation, place);
    this.#random = () => (settings.sampling.temperature > 0 ? random() : 0);
    this.#tokens = [...prompt];
    this.#rows = place.reusedTokens;
  }

  get isAborted(): boolean {
    return this.generation.settings.signal?.aborted ?? false;
  }

  /** Tokens that were generated and read. */
  get generated(): readonly number[] {
    return this.#tokens.slice(this.generation.prompt.length);
  }

  /** The token at a position that has been read. */
  tokenAt(position: number): number {
    return this.#tokens[position]!;
  }

  /** Whether `rowsToRun` comes next: for the prompt, and for what a restart lost. */
  get needsRows(): boolean {
    return !this.#isRunning && !this.#slotDraws;
  }

  /** Whether `decodeRow` comes next, unless too many tokens are under way. */
  get decodes(): boolean {
    const count = this.#tokens.length - this.generation.prompt.length + this.#asked.length;
    return !this.#isRunning && this.#slotDraws && count < this.#output.maxTokens;
  }

  /** Whether a token may be asked for, when `ahead` of them may be under way. */
  mayAsk(ahead: number): boolean {
    if (this.#asked.length >= ahead) return false;
    return this.#again.length > 0 || this.generation.schedule.plansAhead;
  }

  /** Starts the clock of the next token, unless it runs. */
  wait(): void {
    this.#output.wait();
  }

  /** The next rows, at most `maxRows`, that run before it decodes. */
  rowsToRun(maxRows: number): RowsCall {
    this.#isRunning = true;
    const count = this.#tokens.length;
    const fullRows = count === this.generation.prompt.length ? count : count - 1;
    if (this.#rows === fullRows) return this.#plannedRow();
    const position = this.#rows;
    const planned = this.#planPrompt(Math.min(maxRows, fullRows - position));
    const { rows } = planned;
    const attention = withSample(planned.attention, position, rows);
    if (this.#rows + rows < count) return { ...this.#take(rows), attention, want: "nothing" };
    const { draw } = this.#ask(this.#again.shift() ?? { draw: this.#newDraw() });
    return { ...this.#take(rows), attention, want: "token", draw };
  }

  /** The row of the token that was drawn last. */
  decodeRow(): DecodeRow {
    const position = this.#rows++;
    const { plan, draw } = this.#askPlanned(position);
    return { slot: this.place.slot, position, attention: plan.attention, draw };
  }

  /** Rows that `rowsToRun` gave are in the slot. */
  rowsDone({ attention }: RowsCall, pass: PassStatistics): void {
    this.#isRunning = false;
    const { prompt, settings, schedule } = this.generation;
    if (this.#tokens.length > prompt.length) return;
    for (const row of sampledRows(attention, pass)) {
      schedule.observePrompt?.(row.contextLength, row.quantiles);
    }
    settings.onPrefill?.({ tokensDone: this.#rows, tokensTotal: prompt.length });
  }

  /**
   * Reads the token that was asked for first, unless its row is to be done again. `pass` is that of its row, and no view.
   */
  read(drawn: DrawnToken, pass: PassStatistics): WrittenToken | undefined {
    const { config, schedule } = this.generation;
    const { plan, draw } = this.#asked.shift()!;
    if (!plan) {
      this.#tokens.push(drawn.id);
      return this.#output.write(drawn, undefined);
    }
    schedule.observe(plan, pass);
    const again = schedule.redo?.();
    if (again) return this.#repeat({ plan: again, draw }, pass);
    this.#tokens.push(drawn.id);
    const statistics = toStepStatistics(plan, pass, config, {
      valueRowBytes: this.place.valueRowBytes,
      valueRowsBefore: this.#rowsReadBefore,
      decisions: schedule.takeDecisions?.(),
    });
    this.#rowsReadBefore = 0;
    return this.#output.write(drawn, statistics, schedule.counters?.());
  }

  /** The last row runs again, as after a loss: the slot drew a token after it that does not count. */
  #repeat(asked: AskedToken, { union }: PassStatistics): undefined {
    this.#again.unshift(asked);
    this.#rows--;
    this.#slotDraws = false;
    this.#rowsReadBefore += union.reduce((sum, rows) => sum + rows, 0);
  }

  abort(): GenerateSummary {
    return this.#output.abort(this.generation.schedule.counters?.());
  }

  /** The slot is empty: whatever it held runs anew. */
  restart(): void {
    this.#again = [...this.#asked.splice(0), ...this.#again];
    this.#rows = 0;
    this.#isRunning = false;
    this.#slotDraws = false;
  }

  #planPrompt(rows: number): PlannedRows {
    const { schedule } = this.generation;
    return schedule.planPrompt?.(this.#rows, rows) ?? planFull(rows);
  }

  /** The last token's row, by `run` because the slot did not draw that token. */
  #plannedRow(): RowsCall {
    const { plan, draw } = this.#askPlanned(this.#rows);
    return { ...this.#take(1), attention: plan.attention, want: "token", draw };
  }

  #take(rows: number): Pick<RowsCall, "slot" | "tokens" | "firstPosition"> {
    const firstPosition = this.#rows;
    this.#rows += rows;
    const tokens = this.#tokens.slice(firstPosition, this.#rows);
    return { slot: this.place.slot, tokens, firstPosition };
  }

  #askPlanned(position: number): Required<AskedToken> {
    const { plan, draw } = this.#again.shift() ?? { draw: this.#newDraw() };
    const asked = { plan: plan ?? this.#plan(position), draw };
    this.#ask(asked);
    return asked;
  }

  #plan(position: number): PlannedRows {
    const plan = this.generation.schedule.plan(position, 1);
    return { ...plan, attention: withSample(plan.attention, position, 1) };
  }

  #ask(asked: AskedToken): AskedToken {
    this.#asked.push(asked);
    this.#slotDraws = true;
    return asked;
  }

  #newDraw(): DrawOptions {
    const { topLogprobs } = this.generation.settings;
    return { uniform: this.#random(), ...(topLogprobs !== undefined && { topLogprobs }) };
  }
}
