import { type Gpu, GpuError, openGpu } from "@sift-attention/gpu";
import { BenchError } from "../bench-error.ts";
import { expectRecord } from "../kernels/report/expect-record.ts";
import type { KernelRecord } from "../kernels/report/kernel-record.ts";
import { kernelsMarkdown } from "../kernels/report/kernels-markdown.ts";
import { mergePeers } from "../kernels/report/merge-peers.ts";
import { expectPeerFile, type PeerFile } from "../kernels/report/peer-run.ts";
import type { KernelSettings } from "../kernels/run/kernel-settings.ts";
import { runKernels } from "../kernels/run/run-kernels.ts";
import { writeFile } from "../report/write-file.ts";
import type { CliContext } from "./cli-context.ts";
import { FailedRun } from "./failed-run.ts";
import { Interruption } from "./interruption.ts";
import { kernelSettingsOf } from "./kernel-settings-of.ts";
import type { KernelsOptions } from "./kernels-command.ts";
import { readJsonFile } from "./read-json-file.ts";
import { readTunings } from "./read-tunings.ts";

/**
 * Measures, or reads what was measured, and writes it as JSON and Markdown with the peers' rows beside it.
 * @param onRecord Takes the whole record before wrong results end the command.
 */
export async function runKernelsCommand(
  options: KernelsOptions,
  context: CliContext,
  onRecord?: (record: KernelRecord) => Promise<void>,
): Promise<void> {
  const { read, merge, json, md } = options;
  const settings = kernelSettingsOf(options);
  const peers =
    merge === undefined ? undefined : expectPeerFile(merge, readJsonFile("--merge", merge));
  const write = (record: KernelRecord): KernelRecord => writeReports(record, { peers, json, md });
  const record =
    read === undefined
      ? await measure(options, settings, { context, write })
      : write(expectRecord(read, readJsonFile("--read", read)));
  if (md === undefined) context.stdout.write(kernelsMarkdown(record));
  await onRecord?.(record);
  expectRight(record);
}

interface Reports {
  readonly peers: PeerFile | undefined;
  readonly json: string | undefined;
  readonly md: string | undefined;
}

/** Writes what is there so far. @returns the record with the peers' rows. */
function writeReports(record: KernelRecord, { peers, json, md }: Reports): KernelRecord {
  const merged = peers ? mergePeers(record, peers) : record;
  if (json !== undefined) writeFile(json, `${JSON.stringify(merged, null, 1)}\n`);
  if (md !== undefined) writeFile(md, kernelsMarkdown(merged));
  return merged;
}

interface Measuring {
  readonly context: CliContext;
  write(record: KernelRecord): KernelRecord;
}

async function measure(
  options: KernelsOptions,
  settings: KernelSettings,
  { context, write }: Measuring,
): Promise<KernelRecord> {
  const { signal, stderr } = context;
  const gpu = await openDevice(options);
  try {
    const report = (line: string) => stderr.write(`${line}\n`);
    const tunings = options.tuning === undefined ? {} : readTunings(options.tuning);
    const record = await runKernels({ gpu, settings, tunings, signal, report, onCase: write });
    return write(record);
  } catch (error) {
    if (signal.aborted) throw new Interruption("The cases measured so far are written.");
    throw error;
  } finally {
    gpu.dispose();
  }
}

async function openDevice({ allowSoftware, experimental }: KernelsOptions): Promise<Gpu> {
  const adapter = allowSoftware ? "any" : "hardware";
  try {
    return await openGpu({ adapter, experimental: experimental ?? false });
  } catch (error) {
    if (!(error instanceof GpuError) || error.code !== "no-adapter" || allowSoftware) throw error;
    throw new BenchError(
      `expected a GPU, got none: ${error.message}; --allow-software runs without, and its times mean nothing`,
    );
  }
}

/** Wrong results and broken cases are written like the others, but the command does not end well. */
function expectRight({ failures, leftOut }: KernelRecord): void {
  const broken = leftOut.filter(({ isError }) => isError).length;
  if (failures.length + broken === 0) return;
  throw new FailedRun(`${failures.length} wrong results, ${broken} broken cases; see the report`);
}
