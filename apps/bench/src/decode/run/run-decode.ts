import { type Gpu, GpuError } from "@sift-attention/gpu";
import { ModelError, type ModelFiles } from "@sift-attention/model-runtime";
import { measuredAdapter } from "../../kernels/report/kernel-record.ts";
import { Deadline } from "../../kernels/run/deadline.ts";
import type { DecodeSettings } from "../decode-settings.ts";
import { type DecodeModel, decodeModel } from "../models/decode-model.ts";
import { DECODE_PROTOCOL } from "../report/decode-protocol.ts";
import { type DecodeRecord, emptyRecord, hasCase } from "../report/decode-record.ts";
import type { ModelRow } from "../report/decode-row.ts";
import { type DecodeCase, decodeCaseName, decodeCases } from "./decode-case.ts";
import { decodePrompt } from "./decode-prompt.ts";
import { measureBatch } from "./measure-batch.ts";
import { measureDecode } from "./measure-decode.ts";
import { measurePrefill } from "./measure-prefill.ts";
import { type OpenedModel, openOnGpu } from "./opened-model.ts";

/** Everything that a run works with. */
export interface DecodeInput {
  readonly settings: DecodeSettings;
  readonly adapter: "hardware" | "any";
  /** What was measured before: its cases are not measured again. */
  readonly before: DecodeRecord | undefined;
  readonly signal: AbortSignal;
  /** A line about what goes on. */
  report(line: string): void;
  /** The record so far, after each case. */
  onCase(record: DecodeRecord): void;
}

/**
 * Measures the models one after the other, each as far as its share of the budget reaches: what is left of it by the
 * models that are left.
 * @throws the signal's reason, after the record so far went to `onCase`; ModelError when there is no GPU.
 */
export async function runDecode(input: DecodeInput): Promise<DecodeRecord> {
  const { settings, before } = input;
  const record = emptyRecord(settings, DECODE_PROTOCOL, before);
  const models = settings.models.map(decodeModel);
  const total = new Deadline(settings.budgetSeconds);
  for (const [i, model] of models.entries()) {
    const share = settings.budgetSeconds === null ? null : total.secondsLeft / (models.length - i);
    await runModel(input, record, { model, deadline: new Deadline(share) });
  }
  return record;
}

interface ModelRun {
  readonly model: DecodeModel;
  readonly deadline: Deadline;
}

async function runModel(
  input: DecodeInput,
  record: DecodeRecord,
  { model, deadline }: ModelRun,
): Promise<void> {
  const { settings, signal, onCase } = input;
  const files = await model.open();
  try {
    const cases = decodeCases(settings, files.config.contextLength).filter(
      (decodeCase) => !hasCase(record, model.name, decodeCase),
    );
    if (cases.length === 0) return;
    if (deadline.secondsLeft > 0) {
      await runOpened(input, record, { name: model.name, files, cases, deadline });
    } else {
      leaveOut(record, model.name, `${model.name}: all`, "after the end of --budget-seconds");
    }
  } catch (error) {
    if (signal.aborted || !isOutOfMemory(error)) throw error;
    leaveOut(record, model.name, `${model.name}: all`, (error as Error).message);
  } finally {
    await files.close();
  }
  onCase(record);
}

interface OpenRun {
  readonly name: string;
  readonly files: ModelFiles;
  readonly cases: readonly DecodeCase[];
  readonly deadline: Deadline;
}

async function runOpened(
  input: DecodeInput,
  record: DecodeRecord,
  { name, files, cases, deadline }: OpenRun,
): Promise<void> {
  const { adapter, settings, signal } = input;
  const { maxRows } = settings;
  const onProgress = rarely((item) => input.report(`${name}: ${item}`));
  const opened = await openOnGpu(name, files, { adapter, signal, maxRows, onProgress });
  try {
    record.adapter = measuredAdapter(opened.backend.inner.gpu.report);
    if (!record.models.some((row) => row.model === name)) {
      record.models.push(await describeModel(opened, signal));
    }
    await runCases(input, record, { opened, cases, deadline });
  } finally {
    await opened.dispose();
  }
  expectFreed(opened.backend.inner.gpu);
}

/** Tells every two seconds at most. */
function rarely(tell: (text: string) => void): (text: string) => void {
  let told = performance.now();
  return (text) => {
    if (performance.now() - told < 2000) return;
    told = performance.now();
    tell(text);
  };
}

/** @throws GpuError when the model left memory behind. */
function expectFreed({ memory }: Gpu): void {
  if (memory.liveBytes === 0) return;
  throw new GpuError(
    "validation",
    `a disposed model: expected no live bytes, got ${memory.liveBytes}`,
  );
}

async function describeModel(
  { name, model, backend, openMs }: OpenedModel,
  signal: AbortSignal,
): Promise<ModelRow> {
  const begun = performance.now();
  const session = await model.createSession({ contextLength: 32, attention: { kind: "full" } });
  const prompt = decodePrompt(20, model.config.vocabularySize);
  await session.generate(prompt, { maxTokens: 1, temperature: 0, signal }).next();
  session.dispose();
  const { parameters, weightBytes, weightType, backendDescription } = model.info;
  return {
    ...{
      model: name,
      description: backendDescription,
      openMs,
      parameters,
      weightType,
      weightBytes,
    },
    firstTokenMs: openMs + performance.now() - begun,
    memoryPlan: backend.inner.plan.description,
  };
}

async function runCases(
  { settings, signal, report, onCase }: DecodeInput,
  record: DecodeRecord,
  {
    opened,
    cases,
    deadline,
  }: Pick<OpenRun, "cases" | "deadline"> & { readonly opened: OpenedModel },
): Promise<void> {
  const { name } = opened;
  for (const decodeCase of cases) {
    const title = decodeCaseName(name, decodeCase);
    signal.throwIfAborted();
    if (deadline.secondsLeft <= 0) {
      leaveOut(record, name, title, "after the end of --budget-seconds");
      continue;
    }
    const begun = performance.now();
    try {
      await measureCase(record, { opened, settings, signal }, decodeCase);
      report(`${title}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (signal.aborted || !isOfCase(error)) throw error;
      report(`${title}: left out: ${error.message}`);
      leaveOut(record, name, title, error.message, !isOutOfMemory(error));
    }
    onCase(record);
  }
  onCase(record);
}

async function measureCase(
  record: DecodeRecord,
  measuring: Parameters<typeof measureDecode>[0],
  decodeCase: DecodeCase,
): Promise<void> {
  if (decodeCase.kind === "prefill") {
    record.prefills.push(await measurePrefill(measuring, decodeCase.context));
  } else if (decodeCase.batch > 1) {
    record.rows.push(...(await measureBatch(measuring, decodeCase)));
  } else {
    const { rows, profiles } = await measureDecode(measuring, decodeCase.context);
    record.rows.push(...rows);
    record.profiles.push(...profiles);
  }
}

function leaveOut(
  record: DecodeRecord,
  model: string,
  title: string,
  reason: string,
  isError = false,
): void {
  record.leftOut.push({ model, case: title, reason, isError });
}

/** Another case may still work. */
function isOfCase(error: unknown): error is ModelError {
  return error instanceof ModelError && !["device-lost", "disposed"].includes(error.code);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof ModelError && error.code === "out-of-memory";
}
