import type { Session } from "@sift-attention/model-runtime";
import { type GenerationRow, generationRow } from "../generation/generation-row.ts";
import { measureGeneration } from "../generation/measure-generation.ts";
import { type GenerationTask, planGenerations } from "../generation/plan-generation.ts";
import type { PasskeyResult } from "../passkey/find-passkey.ts";
import { measureShift } from "../shift/measure-shift.ts";
import { planShift, type ShiftTasks } from "../shift/plan-shift.ts";
import { type ShiftRow, shiftRow } from "../shift/shift-row.ts";
import { type Contestant, calibrateVariants, calibrationCells } from "./calibrate-variants.ts";
import { measurePasskey, type PasskeyTask } from "./measure-passkey.ts";
import { measureWindow } from "./measure-window.ts";
import { type PasskeyRow, passkeyRow } from "./passkey-row.ts";
import { ANSWER_ROOM, type ContextTasks, planTasks } from "./plan-tasks.ts";
import type { QualityInput } from "./quality-input.ts";
import { type QualityRow, qualityRow } from "./quality-row.ts";
import { valueRowBytes } from "./value-row-bytes.ts";
import { type Variant, variants } from "./variants.ts";
import type { WindowResult } from "./window-comparison.ts";

/** What a quality run found; empty lists of what it was not asked for. */
export interface QualityTable {
  readonly rows: readonly QualityRow[];
  readonly passkeys: readonly PasskeyRow[];
  /** Several keys in a prompt. */
  readonly needles: readonly PasskeyRow[];
  readonly generations: readonly GenerationRow[];
  readonly shifts: readonly ShiftRow[];
}

/** Everything that is to be measured. */
interface Plan {
  readonly contexts: readonly ContextTasks[];
  readonly generations: readonly GenerationTask[];
  readonly shift: ShiftTasks | undefined;
}

/** How it is measured. */
interface Measurement {
  readonly input: QualityInput;
  readonly session: Session;
  readonly variants: readonly Variant[];
  readonly valueBytesPerRow: number;
}

type ContextTable = Pick<QualityTable, "rows" | "passkeys" | "needles">;

/**
 * Measures, or reads from the store, every cell of the table.
 * @throws BenchError for settings that do not fit text or model; the signal's reason when it was aborted: what was
 * measured by then stays in the store.
 */
export async function runQuality(input: QualityInput): Promise<QualityTable> {
  const { model, settings, progress } = input;
  const contestants = variants(settings);
  const plan = {
    contexts: planTasks(input),
    generations: planGenerations(input),
    shift: planShift(input),
  };
  const contextLength = longestContext(plan);
  const session = await model.createSession({ contextLength, attention: { kind: "full" } });
  progress.start(cellCount(plan, contestants));
  try {
    const valueBytesPerRow = await valueRowBytes(model, session);
    const measurement = { input, session, variants: contestants, valueBytesPerRow };
    const tables: ContextTable[] = [];
    for (const tasks of plan.contexts) tables.push(await measureContext(measurement, tasks));
    const generations: GenerationRow[] = [];
    for (const task of plan.generations) {
      generations.push(...(await measureGenerations(measurement, task)));
    }
    return {
      rows: tables.flatMap(({ rows }) => rows),
      passkeys: tables.flatMap(({ passkeys }) => passkeys),
      needles: tables.flatMap(({ needles }) => needles),
      generations,
      shifts: plan.shift ? await measureShifts(measurement, plan.shift) : [],
    };
  } finally {
    progress.stop();
    session.dispose();
  }
}

/** Tokens that the longest task takes. */
function longestContext({ contexts, generations, shift }: Plan): number {
  return Math.max(
    ...contexts.map(({ context }) => context + ANSWER_ROOM),
    ...generations.map(({ prompt, tokens }) => prompt.length + tokens),
    ...(shift?.pairs ?? []).map(({ tokens }) => tokens.length),
    ANSWER_ROOM,
  );
}

function cellCount(
  { contexts, generations, shift }: Plan,
  contestants: readonly Variant[],
): number {
  const tasks = [
    ...contexts.map(({ windows, passkeys, needles }) =>
      [windows, passkeys, needles].reduce((sum, { length }) => sum + length, 0),
    ),
    ...generations.map(({ drawings }) => drawings.length),
    ...(shift ? [shift.pairs.length] : []),
  ];
  const calibrations = tasks.length * calibrationCells(contestants);
  return calibrations + contestants.length * tasks.reduce((sum, count) => sum + count, 0);
}

async function measureContext(
  { input, session, variants, valueBytesPerRow }: Measurement,
  { text, context, calibration, ...tasks }: ContextTasks,
): Promise<ContextTable> {
  const { layers } = input.model.config;
  const contestants = await calibrateVariants(input, session, calibration, variants);
  const subject = { model: input.modelName, text, context };
  const windows: WindowResult[][] = [];
  for (const task of tasks.windows) {
    windows.push(await measureWindow(input, session, task, contestants));
  }
  const place = { input, session, contestants, subject };
  const passkeys = await measurePasskeys(place, tasks.passkeys);
  const needles = await measurePasskeys(place, tasks.needles);
  const rows = contestants.map((contestant, i) =>
    qualityRow(subject, {
      contestant,
      windows: windows.map((results) => results[i]!),
      passkeys: passkeys[i]?.samples.map(({ found }) => found) ?? [],
      valueBytesPerRow,
      layers,
    }),
  );
  return { rows: windows.length === 0 ? [] : rows, passkeys, needles };
}

/** One row for each contestant; none without prompts. */
async function measurePasskeys(
  place: {
    readonly input: QualityInput;
    readonly session: Session;
    readonly contestants: readonly Contestant[];
    readonly subject: Parameters<typeof passkeyRow>[0];
  },
  tasks: readonly PasskeyTask[],
): Promise<PasskeyRow[]> {
  const { input, session, contestants, subject } = place;
  if (tasks.length === 0) return [];
  const found: PasskeyResult[][] = [];
  for (const task of tasks) found.push(await measurePasskey(input, session, task, contestants));
  const { layers } = input.model.config;
  return contestants.map((contestant, i) =>
    passkeyRow(subject, contestant, { tasks, results: found.map((list) => list[i]!), layers }),
  );
}

async function measureGenerations(
  { input, session, variants }: Measurement,
  task: GenerationTask,
): Promise<GenerationRow[]> {
  const contestants = await calibrateVariants(input, session, task.calibration, variants);
  const rows: GenerationRow[] = [];
  for (const drawing of task.drawings) {
    const place = { input, session, task, drawing };
    const results = await measureGeneration(place, contestants);
    const subject = { model: input.modelName, task, drawing };
    rows.push(
      ...contestants.map((contestant, i) =>
        generationRow(subject, contestant, results[i]!, results[0]!),
      ),
    );
  }
  return rows;
}

async function measureShifts(
  { input, session, variants }: Measurement,
  { calibration, pairs }: ShiftTasks,
): Promise<ShiftRow[]> {
  const contestants = await calibrateVariants(input, session, calibration, variants);
  const rows: ShiftRow[] = [];
  for (const [i, task] of pairs.entries()) {
    const results = await measureShift(input, session, task, contestants);
    const subject = { model: input.modelName, texts: task.texts, pair: i + 1 };
    rows.push(...contestants.map((contestant, at) => shiftRow(subject, contestant, results[at]!)));
  }
  return rows;
}
