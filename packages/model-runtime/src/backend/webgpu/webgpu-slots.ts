import { kvRowBytes } from "../../gpu-ops/row-scales/row-scales.ts";
import { ModelError } from "../../model-error.ts";
import type { SamplingRules } from "../../sampling/sampling-rules.ts";
import type { PassAttention } from "../attention-rule.ts";
import type { DecodedToken, DecodeRow, RowsCall, RowsResult } from "../model-backend.ts";
import { isFull, settingsOf } from "./attention-settings.ts";
import type { BoundCache } from "./bound-cache.ts";
import { CallQueue, type Submitted } from "./call-queue.ts";
import { groupRows } from "./group-rows.ts";
import { expectNotAborted } from "./open-device.ts";
import { PrefillRunner } from "./prefill-runner.ts";
import type { Readback, ReadbackRing } from "./readback-ring.ts";
import { RowStatistics, type StatisticsModel } from "./row-statistics.ts";
import type { SlotAttention } from "./slot-attention.ts";
import type { SlotAttentions } from "./slot-attentions.ts";
import type { SlotCache } from "./slot-cache.ts";
import type { SlotSampler } from "./slot-sampler.ts";
import type { StepProfile } from "./step-profile.ts";
import type { StepRow } from "./step-row.ts";
import { type StepResult, StepRunner } from "./step-runner.ts";
import { toModelError } from "./to-model-error.ts";
import { ValueSumPlaces } from "./value-sum-places.ts";
import type { WebgpuSequenceSlots } from "./webgpu-backend.ts";

/** What slots work with. They own what `dispose` frees. */
export interface WebgpuSlotsParts {
  readonly bound: BoundCache;
  /** Tokens that each slot holds: what was asked for, and perhaps less than the cache has. */
  readonly capacity: number;
  /** Rows of a step at most. */
  readonly batch: number;
  readonly attentions: SlotAttentions;
  readonly sampler: SlotSampler;
  readonly ring: ReadbackRing;
  readonly dispose: () => void;
}

const readableCalls = 4; // three may be under way, and the last one is still being read

/** Sequences on a GPU. Calls are submitted in the order in which they were made, and read when the device is done. */
export class WebgpuSlots implements WebgpuSequenceSlots {
  readonly slots: number;
  readonly capacity: number;
  readonly valueRowBytes: number;
  readonly #parts: WebgpuSlotsParts;
  readonly #queue = new CallQueue();
  readonly #sums: ValueSumPlaces;
  readonly #steps: StepRunner;
  readonly #prefill: PrefillRunner;
  readonly #model: StatisticsModel;
  /** Taken in turns, so that those of the last calls stay readable. */
  readonly #statistics: readonly RowStatistics[];
  #turn = 0;
  #isDisposed = false;

  constructor(parts: WebgpuSlotsParts) {
    const { bound, sampler } = parts;
    const { slots, kvType, geometry } = bound.cache.shape;
    this.#parts = parts;
    this.slots = slots;
    this.capacity = parts.capacity;
    this.valueRowBytes = kvRowBytes(geometry.headDim, kvType);
    this.#sums = new ValueSumPlaces(slots);
    this.#steps = new StepRunner(bound, sampler, this.#sums);
    this.#prefill = new PrefillRunner(bound, sampler);
    this.#model = { geometry, windows: bound.windows.ofLayer };
    this.#statistics = Array.from(
      { length: readableCalls * parts.batch },
      () => new RowStatistics(this.#model, 1),
    );
  }

  get byteLength(): number {
    const { bound, ring } = this.#parts;
    return (
      bound.cache.byteLength + bound.buffers.byteLength + bound.layers.byteLength + ring.byteLength
    );
  }

  get cache(): SlotCache {
    return this.#parts.bound.cache;
  }

  async prepare(attention: PassAttention, signal?: AbortSignal): Promise<void> {
    expectNotAborted(signal);
    const { attentions } = this.#parts;
    const settings = settingsOf(attention);
    try {
      await attentions.get(settings);
      // What asks for quantiles of its steps gains from those of the prompt.
      if (settings.quantiles) await attentions.compileSampler();
    } catch (error) {
      throw this.#explain(error);
    }
    expectNotAborted(signal);
  }

  startSampling(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated: readonly number[] = [],
  ): void {
    const { sampler } = this.#parts.sampler;
    void this.#call(async () => {
      sampler.start(slot, rules, prompt, generated);
      return { result: Promise.resolve() };
    }).catch(() => {}); // what made it fail fails the slot's next call too
  }

  run(call: RowsCall): Promise<RowsResult> {
    return this.#call(() => {
      this.#expectRows(call);
      const isMany = call.tokens.length > 1 && isFull(call.attention);
      return isMany ? this.#submitRows(call) : this.#submitRowByRow(call);
    });
  }

  decode(rows: readonly DecodeRow[]): Promise<readonly DecodedToken[]> {
    return this.#call(() => this.#submitDecode(rows));
  }

  profile(rows: readonly DecodeRow[], samples: number): Promise<StepProfile> {
    return this.#call(async () => {
      const { attentions, batch } = this.#parts;
      const groups = groupRows(rows, batch);
      if (groups.length !== 1) throw this.#notOneStep(groups.length);
      const attention = await attentions.get(groups[0]!.settings);
      const stepRows = groups[0]!.rows.map((row) => this.#stepRow(row));
      const step = { rows: stepRows, attention, wantsLogits: false };
      return { result: this.#steps.profile(step, samples) };
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#parts.dispose();
  }

  /** Runs a call in its turn. */
  async #call<Result>(submit: () => Promise<Submitted<Result>>): Promise<Result> {
    try {
      return await this.#queue.add(() => {
        this.#expectOpen();
        return submit();
      });
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #submitRows(call: RowsCall): Promise<Submitted<RowsResult>> {
    this.#sums.overwrite(call.slot, call.firstPosition);
    const { ring, attentions } = this.#parts;
    const readback = await ring.acquire();
    return { result: this.#prefill.submit(call, readback, attentions.sampler) };
  }

  /** Rows that the kernels for many of them do not compute: each sees what those before it left. */
  async #submitRowByRow(call: RowsCall): Promise<Submitted<RowsResult>> {
    const { attentions, ring } = this.#parts;
    const { want, attention: asked } = call;
    const attention = await attentions.get(settingsOf(asked));
    const statistics = new RowStatistics(this.#model, call.tokens.length);
    const results: Promise<readonly StepResult[]>[] = [];
    for (const row of rowsOf(call, statistics)) {
      const readback = await ring.acquire();
      const step = { rows: [row], attention, wantsLogits: want === "logits" };
      const result = this.#steps.submit(step, readback);
      result.catch(() => {}); // told below, perhaps after others were waited for
      results.push(result);
    }
    return { result: this.#collectRows(call, statistics, results) };
  }

  async #collectRows(
    { firstPosition, want, attention }: RowsCall,
    statistics: RowStatistics,
    results: readonly Promise<readonly StepResult[]>[],
  ): Promise<RowsResult> {
    const rows = (await Promise.all(results)).flat();
    const token = rows.at(-1)?.token;
    return {
      statistics: statistics.pass(firstPosition, {
        withQuantiles: attention.quantile !== undefined,
      }),
      ...(token && { token }),
      ...(want === "logits" && { logits: this.#joinLogits(rows) }),
    };
  }

  #joinLogits(rows: readonly StepResult[]): Float32Array {
    const { vocabularySize } = this.#parts.bound.decoder.blueprint;
    const joined = new Float32Array(rows.length * vocabularySize);
    for (const [row, { logits }] of rows.entries()) joined.set(logits!, row * vocabularySize);
    return joined;
  }

  async #submitDecode(rows: readonly DecodeRow[]): Promise<Submitted<readonly DecodedToken[]>> {
    const { attentions, batch, ring } = this.#parts;
    const groups: Promise<readonly DecodedToken[]>[] = [];
    const indices: number[] = [];
    for (const group of groupRows(rows, batch)) {
      const attention = await attentions.get(group.settings);
      const readback = await ring.acquire();
      const decoded = this.#decodeGroup(group.rows, attention, readback);
      decoded.catch(() => {}); // told below, perhaps after others were waited for
      groups.push(decoded);
      indices.push(...group.indices);
    }
    return { result: inOrder(groups, indices) };
  }

  async #decodeGroup(
    rows: readonly DecodeRow[],
    attention: SlotAttention,
    readback: Readback,
  ): Promise<readonly DecodedToken[]> {
    const stepRows = rows.map((row) => this.#stepRow(row));
    const results = await this.#steps.submit(
      { rows: stepRows, attention, wantsLogits: false },
      readback,
    );
    return results.map(({ token }, index) => {
      const { slot, position, attention: asked, statistics } = stepRows[index]!;
      const withQuantiles = asked.quantile !== undefined;
      return { ...token!, slot, statistics: statistics.pass(position, { withQuantiles }) };
    });
  }

  #stepRow(row: DecodeRow): StepRow {
    const statistics = this.#statistics[this.#turn % this.#statistics.length]!;
    this.#turn++;
    return { ...row, ruleRow: 0, ruleRows: 1, statistics, statisticsRow: 0 };
  }

  #expectRows({ slot, tokens }: RowsCall): void {
    const { maxRows } = this.#parts.bound.decoder.rows;
    if (tokens.length >= 1 && tokens.length <= maxRows) return;
    throw new ModelError(
      "bad-option",
      `slot ${slot}: tokens: expected 1 to ${maxRows}, got ${tokens.length}`,
    );
  }

  #notOneStep(steps: number): ModelError {
    const message = `slots: profile: expected rows that run in one step, got ${steps} steps of them; ask for fewer rows, under one rule`;
    return new ModelError("bad-option", message);
  }

  #expectOpen(): void {
    if (!this.#isDisposed) return;
    throw new ModelError("disposed", "slots: they were disposed of");
  }

  /** Buffers that are gone make calls fail in many ways. */
  #explain(error: unknown): unknown {
    if (!this.#isDisposed) return toModelError(error);
    return new ModelError("disposed", "slots: they were disposed of", { cause: error });
  }
}

/** The rows of a call as steps of one row each. */
function rowsOf(call: RowsCall, statistics: RowStatistics): readonly StepRow[] {
  const { slot, tokens, firstPosition, attention, want, draw } = call;
  return tokens.map((token, row) => ({
    ...{ slot, token, attention, statistics },
    position: firstPosition + row,
    ruleRow: row,
    ruleRows: tokens.length,
    statisticsRow: row,
    ...(want === "token" && draw && row === tokens.length - 1 && { draw }),
  }));
}

/** What groups of rows left, each where its row stood. */
async function inOrder<Result>(
  groups: readonly Promise<readonly Result[]>[],
  indices: readonly number[],
): Promise<readonly Result[]> {
  const results = (await Promise.all(groups)).flat();
  const ordered = new Array<Result>(results.length);
  for (const [at, result] of results.entries()) ordered[indices[at]!] = result;
  return ordered;
}
