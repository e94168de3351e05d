import { type DecodeModel, decodeModel } from "../models/decode-model.ts";
import { checkFamilies, type FamilyCheck } from "./check-families.ts";
import { checkGreedy, type GreedyCheck } from "./check-greedy.ts";
import { checkLeaks, type LeakCheck } from "./check-leaks.ts";

/** What the GPU must do right, and what it did. */
export interface CheckRecord {
  readonly families: readonly FamilyCheck[];
  readonly greedy: readonly GreedyCheck[];
  readonly leaks: LeakCheck | null;
}

/** What is checked. */
export interface ChecksInput {
  /** Paths; random models are only opened and closed. */
  readonly models: readonly string[];
  readonly adapter: "hardware" | "any";
  readonly tokens: number;
  /** Of opening and closing the first model; 0 for none. */
  readonly cycles: number;
  readonly signal: AbortSignal;
  report(line: string): void;
  /** The record so far, after each check. */
  onCheck(record: CheckRecord): void;
}

/** Logits of every family, greedy tokens of each model, memory over many openings. */
export async function runChecks(input: ChecksInput): Promise<CheckRecord> {
  const { adapter, tokens, signal, report, onCheck } = input;
  const models = input.models.map(decodeModel);
  let record: CheckRecord = { families: [], greedy: [], leaks: null };
  const add = (found: Partial<CheckRecord>): void => {
    record = { ...record, ...found };
    onCheck(record);
  };
  add({ families: await checkFamilies(adapter, report) });
  for (const model of models.filter(({ isRandom }) => !isRandom)) {
    signal.throwIfAborted();
    const checks = await checkGreedy(model, { adapter, tokens }, report);
    add({ greedy: [...record.greedy, ...checks] });
  }
  if (models[0] && input.cycles > 0) add({ leaks: await leaksOf(models[0], input) });
  return record;
}

async function leaksOf(model: DecodeModel, input: ChecksInput): Promise<LeakCheck> {
  const { adapter, cycles, signal, report } = input;
  const files = await model.open();
  try {
    return await checkLeaks({ name: model.name, files, adapter, cycles, signal }, report);
  } finally {
    await files.close();
  }
}

/** Sentences about what is wrong. */
export function failuresOf({ families, greedy, leaks }: CheckRecord): readonly string[] {
  return [
    ...families
      .filter(({ isWithin }) => !isWithin)
      .map(({ family, deviation, bound }) => `${family}: logits ${deviation} off, bound ${bound}`),
    ...greedy
      .filter(({ wrong }) => wrong.length > 0)
      .map(({ model, kvType, wrong }) => `${model}, ${kvType}: ${wrong.length} wrong tokens`),
    ...(leaks?.isLeaking
      ? [
          `memory: ${leaks.mostLiveBytes} live bytes, RSS ${leaks.tenthRssBytes} after 10 cycles and ${leaks.lastRssBytes} after ${leaks.cycles}`,
        ]
      : []),
  ];
}
