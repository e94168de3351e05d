import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type {
  CompletionTimings,
  HeadLawRecord,
  PrefillEvent,
  ServerInfo,
  SiftSummary,
} from "../../../src/live-events.ts";
import type { GenerationEvent } from "../api/generation-events.ts";
import type { GenerationSettings } from "../api/generation-request.ts";
import type { Place } from "../page-state.ts";
import { HeadSeries } from "./head-series.ts";
import type { RunStatus } from "./run-status.ts";
import { RunTotals } from "./run-totals.ts";
import { StepColumns } from "./step-columns.ts";
import { createStepRecord, type StepRecord } from "./step-record.ts";

/** Between two drawings of the charts of a run that goes on, in milliseconds. */
const CHART_INTERVAL_MS = 100;

/** A piece of the text and the step that made it. */
export interface TextPiece {
  readonly text: string;
  /** Index into the run's steps; absent for the first token, which the prefill made. */
  step?: number;
}

/**
 * One generation as it comes in. The lists grow in place; `frame` changes at most once an animation frame, so that
 * whoever draws reads `frame.value` and then the lists.
 */
export class Run {
  readonly id: number;
  readonly settings: GenerationSettings;
  readonly info: ServerInfo;
  /** Where it computed. */
  readonly place: Place;
  readonly pieces: TextPiece[] = [];
  readonly steps: StepRecord[] = [];
  readonly columns: StepColumns = new StepColumns();
  readonly status: Signal<RunStatus> = signal({ kind: "connecting" });
  laws: readonly HeadLawRecord[] = [];
  prefill: PrefillEvent | undefined;
  summary: SiftSummary | undefined;
  timings: CompletionTimings | undefined;
  readonly totals: RunTotals = new RunTotals();
  readonly #frame: Signal<number> = signal(0);
  readonly #chartFrame: Signal<number> = signal(0);
  #isScheduled = false;
  #chartsDrawnMs = 0;
  #headSeries: HeadSeries | undefined;

  constructor(id: number, settings: GenerationSettings, info: ServerInfo, place: Place) {
    this.id = id;
    this.place = place;
    this.settings = settings;
    this.info = info;
  }

  get frame(): ReadonlySignal<number> {
    return this.#frame;
  }

  /** Like `frame`, but some ten times a second: for what is costly to draw. */
  get chartFrame(): ReadonlySignal<number> {
    return this.#chartFrame;
  }

  get text(): string {
    return this.pieces.map(({ text }) => text).join("");
  }

  get latest(): StepRecord | undefined {
    return this.steps.at(-1);
  }

  /** Tokens written so far: one a step, and the first one from the prefill. */
  get tokens(): number {
    return this.steps.length > 0 ? this.steps.length + 1 : Math.min(this.pieces.length, 1);
  }

  /** Steps that the run takes if nothing ends it before. */
  get plannedSteps(): number {
    return Math.max(1, this.settings.sampling.maxTokens - 1);
  }

  /** x of the power law. */
  get clock(): "context-length" | "generated-steps" {
    const { attention } = this.settings;
    return (attention.kind === "sift" ? attention.clock : undefined) ?? "context-length";
  }

  /** Observations, law and thresholds of a head so far. */
  headSeries(layer: number, head: number): HeadSeries {
    const isSame = this.#headSeries?.layer === layer && this.#headSeries.head === head;
    if (!isSame) this.#headSeries = new HeadSeries(this, layer, head);
    return this.#headSeries!.extend();
  }

  accept(event: GenerationEvent): void {
    if (event.kind === "text") this.#acceptText(event.text);
    else if (event.kind === "law") this.laws = event.event.laws;
    else if (event.kind === "end") this.#end(event);
    else if (event.event.phase === "prefill") this.#acceptPrefill(event.event);
    else this.#acceptStep(createStepRecord(event.event));
    this.#schedule();
  }

  /** Ends the run, or changes where it stands for a reason that the stream did not give. */
  close(status: RunStatus): void {
    batch(() => {
      this.status.value = status;
      this.#frame.value += 1;
      this.#chartFrame.value += 1;
    });
  }

  #acceptPrefill(event: PrefillEvent): void {
    this.prefill = event;
    if (this.status.value.kind === "connecting") this.status.value = { kind: "prefill" };
  }

  #acceptText(text: string): void {
    this.pieces.push({ text });
    if (this.status.value.kind !== "decoding") this.status.value = { kind: "decoding" };
  }

  /** A step's event follows its text, if it made any; the first piece belongs to the prefill. */
  #acceptStep(record: StepRecord): void {
    const index = this.steps.push(record) - 1;
    const piece = this.pieces.at(-1);
    if (piece && piece.step === undefined && this.pieces.length > 1) piece.step = index;
    this.columns.push(record);
    this.totals.add(record);
    if (this.status.value.kind !== "decoding") this.status.value = { kind: "decoding" };
  }

  #end({ reason, summary, timings }: GenerationEvent & { kind: "end" }): void {
    this.summary = summary;
    this.timings = timings;
    const contextLength = this.latest?.event.contextLength ?? this.prefill?.tokensTotal ?? 0;
    const isFull = reason === "length" && contextLength + 1 >= this.info.contextLength;
    this.close({
      kind: "finished",
      reason: isFull ? "context-full" : reason === "length" ? "length" : "stop",
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame((nowMs) => {
      this.#isScheduled = false;
      this.#frame.value += 1;
      if (nowMs - this.#chartsDrawnMs < CHART_INTERVAL_MS) return;
      this.#chartsDrawnMs = nowMs;
      this.#chartFrame.value += 1;
    });
  }
}
