import { packRowPlaces, rowPlaceWords } from "../../gpu-ops/row-places/row-place.ts";
import type { DrawnToken } from "../model-backend.ts";
import { type BoundCache, recordAll, recordLayers } from "./bound-cache.ts";
import {
  asksForLikeliest,
  type Drawing,
  drawingsOf,
  readDraws,
  withLikeliest,
} from "./draw-tokens.ts";
import { planStep, type StepPlan, sequenceOf } from "./plan-step.ts";
import type { Readback } from "./readback-ring.ts";
import type { AttentionStep, SlotAttention } from "./slot-attention.ts";
import type { SlotSampler } from "./slot-sampler.ts";
import { copyAll, readStatistics, type StepCopies } from "./step-copies.ts";
import { profileStep, type StepProfile } from "./step-profile.ts";
import type { StepRow } from "./step-row.ts";
import type { ValueSumPlaces } from "./value-sum-places.ts";
import { visibleKeys } from "./visible-keys.ts";

/** One step to run. */
export interface Step {
  /** Each of a slot of its own. */
  readonly rows: readonly StepRow[];
  readonly attention: SlotAttention;
  readonly wantsLogits: boolean;
}

/** What a row of a step left, beside its statistics. */
export interface StepResult {
  /** Of rows that draw. */
  readonly token?: DrawnToken;
  /** [vocabulary], where the step wants them. */
  readonly logits?: Float32Array;
}

/** Runs steps of several rows, each in one command buffer and one compute pass. */
export class StepRunner {
  readonly #bound: BoundCache;
  readonly #sampler: SlotSampler;
  readonly #sums: ValueSumPlaces;
  readonly #places: Uint32Array<ArrayBuffer>;

  constructor(bound: BoundCache, sampler: SlotSampler, sums: ValueSumPlaces) {
    this.#bound = bound;
    this.#sampler = sampler;
    this.#sums = sums;
    this.#places = new Uint32Array(bound.buffers.places.byteLength / 4);
  }

  /** Submits a step at once; resolves when it has been read. */
  submit(step: Step, readback: Readback): Promise<readonly StepResult[]> {
    const plan = planStep(step.rows);
    try {
      this.#upload(step, plan);
      const copies = this.#encode(step, plan, readback);
      return this.#collect(step, copies, readback);
    } catch (error) {
      for (const { slot } of step.rows) this.#sums.forget(slot);
      readback.cancel();
      throw error;
    }
  }

  /**
   * Times a step that every row draws in, many times over. What the rows' slots hold from their positions on is gone then.
   * @throws GpuError "missing-feature" without timestamps.
   */
  async profile(step: Step, samples: number): Promise<StepProfile> {
    const plan = planStep(step.rows);
    const drawings = drawingsOf(step.rows);
    this.#upload(step, plan);
    try {
      return await profileStep(
        this.#bound,
        {
          rows: step.rows.length,
          attend: this.#attention(step, plan),
          draw: (pass) => this.#sampler.record(pass, drawings),
        },
        samples,
      );
    } finally {
      for (const { slot } of step.rows) this.#sums.forget(slot);
    }
  }

  #upload({ rows, attention }: Step, { kind }: StepPlan): void {
    const { gpu, buffers, cache, decoder, windows } = this.#bound;
    const { vocabularySize } = decoder.blueprint;
    const places = rows.map((row) => ({ ...row, extendsSums: this.#sums.extend(row) }));
    packRowPlaces(places, { ...cache.shape, vocabularySize }, this.#places);
    gpu.write(buffers.places, this.#places.subarray(0, rows.length * rowPlaceWords));
    for (const [index, window] of windows.distinct.entries()) {
      const sequences = rows.map((row) => sequenceOf(row, window));
      buffers.step.setSequences(index, attention.packSequences(sequences));
    }
    if (kind === "sifted") this.#setThresholds(rows);
    buffers.step.write({ withThresholds: kind === "sifted" });
  }

  #setThresholds(rows: readonly StepRow[]): void {
    const { step } = this.#bound.buffers;
    for (const [index, { attention, ruleRow, ruleRows }] of rows.entries()) {
      const { rule } = attention;
      if (rule.kind === "sift" && rule.logThresholds) {
        step.setThresholds(index, rule.logThresholds, { row: ruleRow, rows: ruleRows });
      } else {
        // A window drops everything but its exempt keys.
        step.fillThresholds(index, rule.kind === "sliding-window" ? Infinity : -Infinity);
      }
    }
  }

  #encode(step: Step, plan: StepPlan, readback: Readback): StepCopies {
    const { gpu, decoder } = this.#bound;
    const { rows, wantsLogits } = step;
    const drawings = drawingsOf(rows);
    let copies: StepCopies = {};
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      const attend = this.#attention(step, plan);
      recordLayers(pass, this.#bound, rows.length, (layer) => attend(pass, layer));
      if (wantsLogits || drawings.length > 0) recordAll(pass, decoder.head, rows.length);
      if (drawings.length > 0) this.#sampler.record(pass, drawings);
      pass.end();
      copies = this.#copy(encoder, readback, { ...plan, drawings });
    });
    return copies;
  }

  #copy(
    encoder: GPUCommandEncoder,
    readback: Readback,
    { kind, quantiles, drawings }: StepPlan & { readonly drawings: readonly Drawing[] },
  ): StepCopies {
    const { statistics } = this.#bound.buffers;
    return {
      ...(drawings.length > 0 && { draws: this.#sampler.copy(encoder, readback, drawings) }),
      ...(kind !== "full" && { statistics: copyAll(encoder, readback, statistics.statistics) }),
      ...(quantiles && { quantiles: copyAll(encoder, readback, statistics.quantiles) }),
    };
  }

  /** How a layer's attention of the step is encoded. */
  #attention(step: Step, plan: StepPlan): (pass: GPUComputePassEncoder, layer: number) => void {
    const { windows } = this.#bound;
    const { rows, attention } = step;
    const sumsValues = this.#sumsValues(step, plan);
    const longest = rows.reduce((most, { position }) => Math.max(most, position), 0);
    const steps = windows.distinct.map((window): AttentionStep => {
      const longestContext = visibleKeys(longest, window).count;
      return { ...plan, sequences: rows.length, longestContext, sumsValues };
    });
    return (pass, layer) => attention.record(pass, layer, steps[windows.indexOf[layer]!]!);
  }

  /** Whether the rule puts the mean of the values in place of what it drops, and their sums do not reach that far. */
  #sumsValues({ rows, attention }: Step, { kind }: StepPlan): boolean {
    if (attention.settings.droppedMass !== "mean-value" || kind === "full") return false;
    return this.#sums.sumAnew(rows);
  }

  /** Everything is asked for before the first wait, so that it is of this step. */
  async #collect(
    step: Step,
    copies: StepCopies,
    readback: Readback,
  ): Promise<readonly StepResult[]> {
    const { rows, wantsLogits } = step;
    const logits = rows.map((row, index) =>
      wantsLogits || (row.draw && asksForLikeliest(row.draw)) ? this.#readLogits(index) : undefined,
    );
    const { statistics } = this.#bound.buffers;
    const drawings = drawingsOf(rows);
    const read = (bytes: ArrayBuffer) => {
      readStatistics(rows, copies, statistics, bytes);
      return copies.draws === undefined ? [] : readDraws(bytes, copies.draws, drawings);
    };
    const [tokens, ...numbers] = await Promise.all([readback.take(read), ...logits]);
    return rows.map((_, row) => {
      const drawn = drawings.findIndex((drawing) => drawing.row === row);
      const ofRow = numbers[row];
      return {
        ...(drawn >= 0 && { token: withLikeliest(tokens[drawn]!, drawings[drawn]!, ofRow) }),
        ...(wantsLogits && ofRow && { logits: ofRow }),
      };
    });
  }

  #readLogits(row: number): Promise<Float32Array> {
    const { gpu, decoder } = this.#bound;
    const count = decoder.blueprint.vocabularySize;
    return gpu.read(decoder.scratch.logits, { start: row * count, count });
  }
}
