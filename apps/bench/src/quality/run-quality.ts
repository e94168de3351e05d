import type { Session } from "@sift-attention/model-runtime";
import type { PasskeyResult } from "../passkey/find-passkey.ts";
import { measurePasskey } from "./measure-passkey.ts";
import { measureWindow } from "./measure-window.ts";
import { type PasskeyRow, passkeyRow } from "./passkey-row.ts";
import { ANSWER_ROOM, type ContextTasks, planTasks } from "./plan-tasks.ts";
import type { QualityInput } from "./quality-input.ts";
import { type QualityRow, qualityRow } from "./quality-row.ts";
import { valueRowBytes } from "./value-row-bytes.ts";
import { type Variant, variants } from "./variants.ts";
import type { WindowResult } from "./window-comparison.ts";

/** What a quality run found. */
export interface QualityTable {
  readonly rows: readonly QualityRow[];
  readonly passkeys: readonly PasskeyRow[];
}

/** How one context length is measured. */
interface Measurement {
  readonly input: QualityInput;
  readonly session: Session;
  readonly contestants: readonly Variant[];
  readonly valueBytesPerRow: number;
}

/**
 * Measures, or reads from the store, every cell of the table.
 * @throws BenchError for settings that do not fit text or model; the signal's reason when it was aborted: what was
 * measured by then stays in the store.
 */
export async function runQuality(input: QualityInput): Promise<QualityTable> {
  const { model, settings, progress } = input;
  const contestants = variants(settings);
  const tasks = planTasks(input);
  const contextLength = Math.max(...settings.contexts) + ANSWER_ROOM;
  const session = await model.createSession({ contextLength, attention: { kind: "full" } });
  const measured = tasks.map(({ windows, passkeys }) => windows.length + passkeys.length);
  progress.start(contestants.length * measured.reduce((sum, count) => sum + count, 0));
  try {
    const valueBytesPerRow = await valueRowBytes(model, session);
    const measurement = { input, session, contestants, valueBytesPerRow };
    const tables: QualityTable[] = [];
    for (const task of tasks) tables.push(await measureContext(measurement, task));
    return {
      rows: tables.flatMap(({ rows }) => rows),
      passkeys: tables.flatMap(({ passkeys }) => passkeys),
    };
  } finally {
    progress.stop();
    session.dispose();
  }
}

async function measureContext(
  { input, session, contestants, valueBytesPerRow }: Measurement,
  { text, context, ...tasks }: ContextTasks,
): Promise<QualityTable> {
  const windows: WindowResult[][] = [];
  for (const task of tasks.windows) {
    windows.push(await measureWindow(input, session, task, contestants));
  }
  const passkeys: PasskeyResult[][] = [];
  for (const task of tasks.passkeys) {
    passkeys.push(await measurePasskey(input, session, task, contestants));
  }
  const subject = { model: input.modelName, text, context };
  const rowsOfAnswers = tasks.passkeys.reduce(
    (sum, { prompt }) => sum + prompt.tokens.length - 1 - prompt.questionStart,
    0,
  );
  const rows = contestants.map((variant, i) =>
    qualityRow(subject, {
      variant,
      windows: windows.map((results) => results[i]!),
      passkeys: passkeys.map((results) => results[i]!.found),
      valueBytesPerRow,
    }),
  );
  const found = passkeys.length === 0 ? [] : contestants;
  return {
    rows,
    passkeys: found.map((variant, i) => {
      const results = passkeys.map((list) => list[i]!);
      return passkeyRow(subject, variant, results, rowsOfAnswers);
    }),
  };
}
