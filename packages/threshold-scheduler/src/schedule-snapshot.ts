import { ROUNDING_SLACK } from "./observation.ts";
import { expectSettings, type ScheduleSettings } from "./schedule-settings.ts";
import { SchedulerError } from "./scheduler-error.ts";
import type { SiftedSums } from "./sifted-record.ts";
import { QUANTILE_FLOOR } from "./warmup-record.ts";

/** The version of the format below; raised when an older reader would misread it. */
export const SNAPSHOT_VERSION = 1;

/** A schedule as plain JSON. The laws are not in it: they follow from the quantiles, bit for bit. */
export interface ScheduleSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly settings: ScheduleSettings;
  /** Last planned step, 0 before the first. */
  readonly step: number;
  /** Clock value of each planned warmup step. */
  readonly clock: readonly number[];
  /** Of each layer, the quantiles in the order of arrival: [layers][steps, heads]. */
  readonly quantiles: readonly (readonly number[])[];
  readonly sifted: SiftedSums;
}

const settingNames = ["layers", "heads", "quantile", "warmup", "clock", "fit", "margin"] as const;

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

function readClock(value: unknown, { clock, warmup }: ScheduleSettings, step: number): number[] {
  const values = expectArray("snapshot.clock", value, Math.min(step, warmup));
  return values.map((x, i) => {
    const [low, high] = clock === "generated-steps" ? [i + 1, i + 1] : [1, Number.MAX_SAFE_INTEGER];
    return expectInteger(`snapshot.clock[${i}]`, x, low, high);
  });
}

function readQuantiles(value: unknown, settings: ScheduleSettings, step: number): number[][] {
  const { heads, layers, warmup } = settings;
  const layersRead = expectArray("snapshot.quantiles", value, layers);
  return layersRead.map((rows, layer) => {
    const path = `snapshot.quantiles[${layer}]`;
    if (!Array.isArray(rows)) return refuse(path, "an array", rows);
    const steps = rows.length / heads;
    expectInteger(
      `${path}.length / heads`,
      steps,
      step > warmup ? warmup : 0,
      Math.min(step, warmup),
    );
    return Array.from(rows, (quantile, i) =>
      expectNumber(`${path}[${i}]`, quantile, QUANTILE_FLOOR, 1 + ROUNDING_SLACK),
    );
  });
}

function readSums(
  value: unknown,
  { heads, layers, warmup }: ScheduleSettings,
  step: number,
): SiftedSums {
  const record = expectRecord("snapshot.sifted", value);
  const planned = Math.max(0, step - warmup);
  const steps = expectArray("snapshot.sifted.steps", record.steps, layers).map((value, layer) =>
    expectInteger(`snapshot.sifted.steps[${layer}]`, value, 0, planned),
  );
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
    steps,
    kept: read("kept", (steps) => steps),
    droppedMass: read("droppedMass", (steps) => steps),
    maxDroppedMass: read("maxDroppedMass", (steps) => Math.min(1, steps)),
  };
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
  const step = expectInteger("snapshot.step", snapshot.step, 0, Number.MAX_SAFE_INTEGER);
  return {
    version: SNAPSHOT_VERSION,
    settings,
    step,
    clock: readClock(snapshot.clock, settings, step),
    quantiles: readQuantiles(snapshot.quantiles, settings, step),
    sifted: readSums(snapshot.sifted, settings, step),
  };
}
