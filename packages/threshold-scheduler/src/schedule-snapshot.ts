import { BudgetUnits } from "./budget-units.ts";
import { ROUNDING_SLACK } from "./observation.ts";
import type { PromptRow } from "./prompt-record.ts";
import { SAMPLED_LEVELS } from "./sampled-levels.ts";
import {
  expectSettings,
  needsReports,
  PRIOR_FEEDBACK_RANGE,
  type ScheduleSettings,
  scheduleDefaults,
  warmupCapacity,
} from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";
import type { SiftControlState } from "./sift-control.ts";
import type { SiftedSums } from "./sifted-record.ts";
import type { PlannedShares, StepReport } from "./step-reports.ts";
import type { WarmupEndState } from "./warmup-end.ts";
import { QUANTILE_FLOOR } from "./warmup-record.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** The version of the format below; raised when an older reader would misread it. */
export const SNAPSHOT_VERSION = 2;

/** A schedule as plain JSON. The laws are not in it: they follow from the quantiles, bit for bit. */
export interface ScheduleSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly settings: ScheduleSettings;
  /** Last planned step, 0 before the first. */
  readonly step: number;
  /** Context length of the last planned step, 0 before the first. */
  readonly contextLength: number;
  /** Clock value of each planned warmup step. */
  readonly clock: readonly number[];
  /** Of each layer, the quantiles in the order of arrival: [layers][steps, heads]. */
  readonly quantiles: readonly (readonly number[])[];
  readonly prompt: readonly PromptRow[];
  readonly warmupEnd: WarmupEndState;
  readonly sifted: SiftedSums;
  readonly control: SiftControlState;
  /** Of the steps that no later step was planned with yet. */
  readonly reports: readonly StepReport[];
  /** How many of them each layer has reported: [layers], or empty where nothing waits for reports. */
  readonly reported: readonly number[];
  /** The last step after the warmup that all layers reported, 0 before the first. */
  readonly complete: number;
  /** Whether the last step waits to be done again. */
  readonly mustRedo: boolean;
  /** Attempts at the last step that did not count. */
  readonly attempts: number;
  readonly redos: number;
  /** ln θ of the last sifted step, null for −∞: [layers, heads]. */
  readonly logThresholds: readonly (number | null)[];
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value).slice(0, 60);
}

function refuse(path: string, expected: string, got: unknown): never {
  throw new SchedulerError("bad-snapshot", `${path}: expected ${expected}, got ${describe(got)}`);
}

function expectRecord(path: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(path, "an object", value);
  }
  return value as Record<string, unknown>;
}

function expectNumber(path: string, value: unknown, low: number, high: number): number {
  if (typeof value === "number" && value >= low && value <= high) return value;
  return refuse(path, `a number in [${low}, ${high}]`, value);
}

function expectInteger(path: string, value: unknown, low: number, high: number): number {
  if (Number.isSafeInteger(value)) return expectNumber(path, value, low, high);
  return refuse(path, "an integer", value);
}

function expectArray(path: string, value: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(path, `an array of ${length}`, value);
  if (value.length !== length) return refuse(`${path}.length`, String(length), value.length);
  // A copy without holes: what is missing is refused, not skipped.
  return Array.from(value);
}

const settingNames = [
  ...["layers", "heads", "kvHeads", "windows", "denseLayers", "denseHeads"],
  ...Object.keys(scheduleDefaults),
];

function expectNumbers(
  path: string,
  value: unknown,
  length: number,
  low: number,
  high: number,
): number[] {
  return expectArray(path, value, length).map((entry, i) =>
    expectNumber(`${path}[${i}]`, entry, low, high),
  );
}

/** Shares, at most so many; those that were not told yet, which JSON makes null, are 0. */
function expectSome(path: string, value: unknown, most: number): number[] {
  if (!Array.isArray(value)) return refuse(path, "an array", value);
  expectInteger(`${path}.length`, value.length, 0, most);
  return Array.from(value, (entry: unknown, i) =>
    expectNumber(`${path}[${i}]`, entry ?? 0, 0, 1 + ROUNDING_SLACK),
  );
}

function expectBoolean(path: string, value: unknown): boolean {
  return typeof value === "boolean" ? value : refuse(path, "true or false", value);
}

function expectFlag(path: string, value: unknown, expected: boolean): boolean {
  return value === expected ? expected : refuse(path, String(expected), value);
}

function readSettings(value: unknown): ScheduleSettings {
  const settings = expectRecord("snapshot.settings", value);
  for (const name of settingNames) {
    if (settings[name] === undefined) refuse(`snapshot.settings.${name}`, "a value", undefined);
  }
  try {
    return expectSettings(settings as unknown as ScheduleSettings);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SchedulerError("bad-snapshot", `snapshot.settings.${reason}`, { cause });
  }
}

function readClock(value: unknown, settings: ScheduleSettings, { step, last }: Steps): number[] {
  const values = expectArray("snapshot.clock", value, Math.min(step, last));
  return values.map((x, i) => {
    const isCounted = settings.clock === "generated-steps";
    const [low, high] = isCounted ? [i + 1, i + 1] : [1, Number.MAX_SAFE_INTEGER];
    return expectInteger(`snapshot.clock[${i}]`, x, low, high);
  });
}

function readQuantiles(value: unknown, settings: ScheduleSettings, steps: Steps): number[][] {
  const { heads, layers } = settings;
  const layersRead = expectArray("snapshot.quantiles", value, layers);
  return layersRead.map((rows, layer) => {
    const path = `snapshot.quantiles[${layer}]`;
    if (!Array.isArray(rows)) return refuse(path, "an array", rows);
    const most = Math.min(steps.step, steps.last);
    expectInteger(`${path}.length / heads`, rows.length / heads, steps.fitted, most);
    return expectNumbers(path, rows, rows.length, QUANTILE_FLOOR, 1 + ROUNDING_SLACK);
  });
}

function readSums(
  value: unknown,
  { heads, layers }: ScheduleSettings,
  { step, last }: Steps,
): SiftedSums {
  const record = expectRecord("snapshot.sifted", value);
  const planned = Math.max(0, step - last);
  const steps = expectNumbers("snapshot.sifted.steps", record.steps, layers, 0, planned);
  const read = (name: string, highest: (steps: number) => number) =>
    expectArray(`snapshot.sifted.${name}`, record[name], layers * heads).map((value, i) =>
      expectNumber(
        `snapshot.sifted.${name}[${i}]`,
        value,
        0,
        highest(steps[Math.floor(i / heads)]!),
      ),
    );
  return {
    steps: steps.map((value, layer) =>
      expectInteger(`snapshot.sifted.steps[${layer}]`, value, 0, planned),
    ),
    kept: read("kept", (steps) => steps),
    droppedMass: read("droppedMass", (steps) => steps),
    maxDroppedMass: read("maxDroppedMass", (steps) => Math.min(1, steps)),
  };
}

function readPrompt(value: unknown, settings: ScheduleSettings): PromptRow[] {
  const { layers, heads } = settings;
  const { count } = new BudgetUnits(settings);
  if (!Array.isArray(value)) return refuse("snapshot.prompt", "an array", value);
  let shortest = 1;
  return Array.from(value, (row: unknown, i) => {
    const path = `snapshot.prompt[${i}]`;
    const record = expectRecord(path, row);
    const contextLength = expectInteger(
      `${path}.contextLength`,
      record.contextLength,
      shortest,
      MOST,
    );
    shortest = contextLength + 1;
    return {
      contextLength,
      heads: expectNumbers(`${path}.heads`, record.heads, layers * heads, -1e4, 1e4),
      units: expectNumbers(`${path}.units`, record.units, count, -1e4, 1e4),
      flatness: expectNumbers(`${path}.flatness`, record.flatness, layers * heads, 0, MOST),
    };
  });
}

function readWarmupEnd(value: unknown, settings: ScheduleSettings, step: number): WarmupEndState {
  const record = expectRecord("snapshot.warmupEnd", value);
  const { warmup } = settings;
  const [low, high] = warmup === "auto" ? [-1, warmupCapacity(settings)] : [warmup, warmup];
  const last = expectInteger("snapshot.warmupEnd.last", record.last, low, high);
  return {
    last,
    asked: expectInteger("snapshot.warmupEnd.asked", record.asked, -1, MOST),
    steps: expectInteger("snapshot.warmupEnd.steps", record.steps, 0, Math.max(0, last)),
    timedOut: expectBoolean("snapshot.warmupEnd.timedOut", record.timedOut),
    // The laws are there from the first step after the warmup on.
    isFitted: expectFlag("snapshot.warmupEnd.isFitted", record.isFitted, last >= 0 && step > last),
  };
}

function readControl(value: unknown, settings: ScheduleSettings): SiftControlState {
  const heads = settings.layers * settings.heads;
  const { count } = new BudgetUnits(settings);
  const path = "snapshot.control";
  const record = expectRecord(path, value);
  const feedback = expectRecord(`${path}.feedback`, record.feedback);
  const drift = expectRecord(`${path}.drift`, record.drift);
  const fallback = expectRecord(`${path}.fallback`, record.fallback);
  const counts = (name: string, value: unknown) =>
    expectNumbers(`${path}.${name}`, value, heads, 0, MOST);
  return {
    feedback: {
      corrections: expectNumbers(
        `${path}.feedback.corrections`,
        feedback.corrections,
        count,
        -PRIOR_FEEDBACK_RANGE,
        PRIOR_FEEDBACK_RANGE,
      ),
      cut: expectNumbers(`${path}.feedback.cut`, feedback.cut, count, -MOST, MOST),
      clamps: expectInteger(`${path}.feedback.clamps`, feedback.clamps, 0, MOST),
      steps: expectInteger(`${path}.feedback.steps`, feedback.steps, 0, MOST),
    },
    drift: {
      above: expectNumber(`${path}.drift.above`, drift.above, 0, MOST),
      below: expectNumber(`${path}.drift.below`, drift.below, 0, MOST),
      alarms: expectInteger(`${path}.drift.alarms`, drift.alarms, 0, MOST),
    },
    fallback: {
      until: counts("fallback.until", fallback.until),
      onTrial: counts("fallback.onTrial", fallback.onTrial),
      times: counts("fallback.times", fallback.times),
      fallbacks: expectInteger(`${path}.fallback.fallbacks`, fallback.fallbacks, 0, MOST),
    },
    dense: expectNumbers(`${path}.dense`, record.dense, heads, 0, 1),
    wantsDense: expectBoolean(`${path}.wantsDense`, record.wantsDense),
    exceeded: expectInteger(`${path}.exceeded`, record.exceeded, 0, MOST),
    offsets: expectNumbers(`${path}.offsets`, record.offsets, heads, -MOST, 0),
  };
}

function readPlanned(
  path: string,
  value: unknown,
  { heads, kvHeads }: { readonly heads: number; readonly kvHeads: number },
): PlannedShares {
  const record = expectRecord(path, value);
  return {
    kept: expectNumbers(`${path}.kept`, record.kept, heads, 0, 1),
    union: expectNumbers(`${path}.union`, record.union, kvHeads, 0, 1),
  };
}

function readReports(
  value: unknown,
  settings: ScheduleSettings,
  { step, last }: Steps,
): StepReport[] {
  const heads = settings.layers * settings.heads;
  const kvHeads = settings.layers * settings.kvHeads;
  if (!Array.isArray(value)) return refuse("snapshot.reports", "an array", value);
  if (!needsReports(settings)) return expectArray("snapshot.reports", value, 0) as StepReport[];
  return Array.from(value, (entry: unknown, i) => {
    const path = `snapshot.reports[${i}]`;
    const record = expectRecord(path, entry);
    const expected = step - value.length + 1 + i;
    return {
      step: expectInteger(`${path}.step`, record.step, Math.max(last + 1, expected), expected),
      contextLength: expectInteger(`${path}.contextLength`, record.contextLength, 1, MOST),
      isDense: expectBoolean(`${path}.isDense`, record.isDense),
      layers: expectInteger(`${path}.layers`, record.layers, 0, settings.layers),
      quantiles: expectSome(`${path}.quantiles`, record.quantiles, heads * SAMPLED_LEVELS.length),
      kept: expectNumbers(`${path}.kept`, record.kept, heads, 0, 1),
      droppedMass: expectNumbers(`${path}.droppedMass`, record.droppedMass, heads, 0, 1),
      union: expectNumbers(`${path}.union`, record.union, kvHeads, 0, 1),
      ...(record.planned !== undefined && {
        planned: readPlanned(`${path}.planned`, record.planned, { heads, kvHeads }),
      }),
    };
  });
}

/** What the last planned step, and those that were reported, allow. */
interface Steps {
  /** Last planned step. */
  readonly step: number;
  /** The last step of the warmup, or of what is planned of it. */
  readonly last: number;
  /** Steps of the warmup that laws are fitted to, so that all layers have reported them. */
  readonly fitted: number;
}

/**
 * Checks what came out of JSON.
 *
 * @throws SchedulerError "snapshot-version" or "bad-snapshot"
 */
export function expectSnapshot(value: unknown): ScheduleSnapshot {
  const snapshot = expectRecord("snapshot", value);
  if (snapshot.version !== SNAPSHOT_VERSION) {
    throw new SchedulerError(
      "snapshot-version",
      `snapshot.version: expected ${SNAPSHOT_VERSION}, got ${describe(snapshot.version)}`,
    );
  }
  const settings = readSettings(snapshot.settings);
  const step = expectInteger("snapshot.step", snapshot.step, 0, MOST);
  const warmupEnd = readWarmupEnd(snapshot.warmupEnd, settings, step);
  const last = warmupEnd.last < 0 ? step : warmupEnd.last;
  const steps = { step, last, fitted: warmupEnd.isFitted ? warmupEnd.steps : 0 };
  const reports = readReports(snapshot.reports, settings, steps);
  const perLayer = needsReports(settings) ? settings.layers : 0;
  return {
    version: SNAPSHOT_VERSION,
    settings,
    step,
    contextLength: expectInteger("snapshot.contextLength", snapshot.contextLength, 0, MOST),
    clock: readClock(snapshot.clock, settings, steps),
    quantiles: readQuantiles(snapshot.quantiles, settings, steps),
    prompt: readPrompt(snapshot.prompt, settings),
    warmupEnd,
    sifted: readSums(snapshot.sifted, settings, steps),
    control: readControl(snapshot.control, settings),
    reports,
    reported: expectNumbers("snapshot.reported", snapshot.reported, perLayer, 0, reports.length),
    complete: expectInteger("snapshot.complete", snapshot.complete, 0, step),
    mustRedo: expectBoolean("snapshot.mustRedo", snapshot.mustRedo),
    attempts: expectInteger("snapshot.attempts", snapshot.attempts, 0, MOST),
    redos: expectInteger("snapshot.redos", snapshot.redos, 0, MOST),
    logThresholds: expectArray(
      "snapshot.logThresholds",
      snapshot.logThresholds,
      settings.layers * settings.heads,
    ).map((value, i) =>
      value === null ? null : expectNumber(`snapshot.logThresholds[${i}]`, value, -MOST, MOST),
    ),
  };
}
