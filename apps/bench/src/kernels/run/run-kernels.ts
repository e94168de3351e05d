import { type Gpu, GpuError } from "@sift-attention/gpu";
import { SiftError, type Tuning } from "@sift-attention/sift-attention-kernels";
import { findShape } from "../cases/attention-shape.ts";
import { bufferSetCount, type SetLimits } from "../cases/buffer-set-count.ts";
import { caseName, type KernelCase, orderCases } from "../cases/kernel-case.ts";
import { type KernelRecord, measuredAdapter } from "../report/kernel-record.ts";
import {
  caseFields,
  type KernelFailure,
  type KernelRow,
  type LeftOutCase,
} from "../report/kernel-row.ts";
import { KERNELS_PROTOCOL } from "../report/kernels-protocol.ts";
import { Deadline } from "./deadline.ts";
import type { KernelSettings } from "./kernel-settings.ts";
import { measureCase } from "./measure-case.ts";

/** Everything that a run works with. */
export interface KernelsInput {
  readonly gpu: Gpu;
  readonly settings: KernelSettings;
  /** By shape; the kernels' default where there is none. */
  readonly tunings: Readonly<Record<string, Tuning>>;
  readonly signal: AbortSignal;
  /** A line about what goes on. */
  report(line: string): void;
  /** The record so far, after each case. */
  onCase(record: KernelRecord): void;
}

/**
 * Measures all cases in their order, as far as the budget reaches. Cases that the device cannot hold, and those after the
 * budget's end, are listed with the reason.
 * @throws the signal's reason, after the record so far went to `onCase`.
 */
export async function runKernels(input: KernelsInput): Promise<KernelRecord> {
  const { gpu, settings, signal, onCase } = input;
  const deadline = new Deadline(settings.budgetSeconds);
  const rows: KernelRow[] = [];
  const failures: KernelFailure[] = [];
  const leftOut: LeftOutCase[] = [];
  const used: Record<string, Tuning> = {};
  const record = (): KernelRecord => ({
    adapter: measuredAdapter(gpu.report),
    settings,
    protocol: KERNELS_PROTOCOL,
    tunings: { ...used },
    rows: [...rows],
    failures: [...failures],
    leftOut: [...leftOut],
    contestants: [],
    contestantRuns: [],
  });
  for (const kernelCase of casesOf(settings)) {
    signal.throwIfAborted();
    const outcome = await tryCase(input, kernelCase, deadline);
    rows.push(...outcome.rows);
    failures.push(...outcome.failures);
    leftOut.push(...outcome.leftOut);
    if (outcome.tuning) used[kernelCase.shape.name] = outcome.tuning;
    onCase(record());
  }
  return record();
}

function casesOf({ shapes, batches, contexts, kvType }: KernelSettings): KernelCase[] {
  return orderCases(shapes.map(findShape), batches, contexts, kvType);
}

interface Outcome {
  readonly rows: readonly KernelRow[];
  readonly failures: readonly KernelFailure[];
  readonly leftOut: readonly LeftOutCase[];
  readonly tuning?: Tuning;
}

function leaveOut(kernelCase: KernelCase, reason: string, isError = false): Outcome {
  return { rows: [], failures: [], leftOut: [{ ...caseFields(kernelCase), reason, isError }] };
}

function setLimits({ report }: Gpu, { cacheMb, memoryGb }: KernelSettings): SetLimits {
  const { maxBufferSize = 0, maxStorageBufferBindingSize = 0 } = report.limits;
  return {
    cacheBytes: 1e6 * cacheMb,
    memoryBytes: 1e9 * memoryGb,
    bindingBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
  };
}

async function tryCase(
  { gpu, settings, tunings, signal, report }: KernelsInput,
  kernelCase: KernelCase,
  deadline: Deadline,
): Promise<Outcome> {
  const name = caseName(kernelCase);
  const { sets, reason } = bufferSetCount(kernelCase, setLimits(gpu, settings));
  if (sets === undefined) return leaveOut(kernelCase, reason);
  if (deadline.secondsLeft <= 0) {
    return leaveOut(kernelCase, `after the end of --budget-seconds ${settings.budgetSeconds}`);
  }
  const start = performance.now();
  try {
    const tuning = tunings[kernelCase.shape.name];
    const measured = await measureCase(gpu, kernelCase, {
      settings,
      sets,
      tuning,
      signal,
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    report(`${name}: ${measured.rows.length} rows, ${sets} buffer sets, ${seconds} s`);
    for (const { kernel, fraction, error } of measured.failures) {
      report(`  ${kernel} ${100 * fraction} %: WRONG, not timed: ${error}`);
    }
    return { ...measured, leftOut: [] };
  } catch (error) {
    if (!isOfCase(error)) throw error;
    report(`${name}: left out: ${error.message}`);
    return leaveOut(kernelCase, error.message, !isTooLarge(error));
  }
}

/** Another case may still work. */
function isOfCase(error: unknown): error is GpuError | SiftError {
  const isOurs = error instanceof GpuError || error instanceof SiftError;
  return isOurs && !["device-lost", "disposed"].includes(error.code);
}

function isTooLarge({ code }: GpuError | SiftError): boolean {
  return code === "over-limit" || code === "out-of-memory";
}
