import { ModelError } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import { failuresOf, runChecks } from "../decode/check/run-checks.ts";
import { decodeMarkdown } from "../decode/report/decode-markdown.ts";
import { expectDecodePeer } from "../decode/report/decode-peer.ts";
import { type DecodeRecord, expectDecodeRecord } from "../decode/report/decode-record.ts";
import { runDecode } from "../decode/run/run-decode.ts";
import { writeFile } from "../report/write-file.ts";
import type { CliContext } from "./cli-context.ts";
import type { DecodeOptions } from "./decode-command.ts";
import { decodeSettingsOf } from "./decode-settings-of.ts";
import { FailedRun } from "./failed-run.ts";
import { Interruption } from "./interruption.ts";
import { readJsonFile } from "./read-json-file.ts";

/** Measures, or reads what was measured, and writes it as JSON and Markdown with the peers' rows beside it. */
export async function runDecodeCommand(options: DecodeOptions, context: CliContext): Promise<void> {
  const { read, md, check } = options;
  if (check) return runChecksOf(options, context);
  const write = writerOf(options);
  const record =
    read === undefined ? await measure(options, context, write) : readRecord("--read", read);
  write(record);
  if (md === undefined) context.stdout.write(`${decodeMarkdown(record)}\n`);
  const broken = record.leftOut.filter(({ isError }) => isError).length;
  if (broken > 0) throw new FailedRun(`${broken} broken cases; see the report`);
}

/** Writes what is there so far, with the peers' rows. */
function writerOf({ merge = [], json, md }: DecodeOptions): (record: DecodeRecord) => void {
  const peers = merge.map((path) => expectDecodePeer(path, readJsonFile("--merge", path)));
  return (record) => {
    const known = new Set(record.contestants.map(({ contestant }) => contestant));
    record.contestants.push(...peers.filter(({ contestant }) => !known.has(contestant)));
    if (json !== undefined) writeFile(json, `${JSON.stringify(record, null, 1)}\n`);
    if (md !== undefined) writeFile(md, `${decodeMarkdown(record)}\n`);
  };
}

function readRecord(option: string, path: string): DecodeRecord {
  return expectDecodeRecord(`${option}: ${path}`, readJsonFile(option, path));
}

async function runChecksOf(options: DecodeOptions, { signal, stderr }: CliContext): Promise<void> {
  const { allowSoftware = false, checkTokens = 256, checkCycles = 200, json } = options;
  const { models } = decodeSettingsOf(options);
  const record = await onGpu(options, () =>
    runChecks({
      ...{ models, signal, tokens: checkTokens, cycles: checkCycles },
      adapter: allowSoftware ? "any" : "hardware",
      report: (line) => stderr.write(`${line}\n`),
      onCheck: (checked) => {
        if (json !== undefined) writeFile(json, `${JSON.stringify(checked, null, 1)}\n`);
      },
    }),
  );
  const failures = failuresOf(record);
  if (failures.length > 0) throw new FailedRun(failures.join("; "));
}

async function measure(
  options: DecodeOptions,
  { signal, stderr }: CliContext,
  write: (record: DecodeRecord) => void,
): Promise<DecodeRecord> {
  const { allowSoftware, resume } = options;
  try {
    return await onGpu(options, () =>
      runDecode({
        settings: decodeSettingsOf(options),
        adapter: allowSoftware ? "any" : "hardware",
        before: resume === undefined ? undefined : readRecord("--resume", resume),
        signal,
        report: (line) => stderr.write(`${line}\n`),
        onCase: write,
      }),
    );
  } catch (error) {
    if (signal.aborted) throw new Interruption("The cases measured so far are written.");
    throw error;
  }
}

/** @throws BenchError that says how to do without when there is no GPU. */
async function onGpu<Result>(
  { allowSoftware }: DecodeOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (allowSoftware || !(error instanceof ModelError) || error.code !== "no-backend") throw error;
    throw new BenchError(
      `expected a GPU, got none: ${error.message}; --allow-software runs without, and its times mean nothing`,
    );
  }
}
