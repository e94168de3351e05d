import { percentile } from "../../measures/percentile.ts";
import type { KernelCase } from "../cases/kernel-case.ts";
import type { Contestant } from "../run/contestant.ts";
import type { KernelName } from "../run/kernel-name.ts";
import { floorUs, type PlainReads } from "./floor-us.ts";
import { caseFields, type KernelRow } from "./kernel-row.ts";
import { type CountedPlan, stepBytes } from "./step-bytes.ts";

/** A contestant with its samples. */
export interface TimedContestant {
  readonly contestant: Contestant;
  readonly keptUnion: number;
  readonly relativeError: number | null;
  /** Microseconds of one step, one a sample. */
  readonly times: readonly number[];
}

/** What all rows of a case share. */
export interface CaseFacts {
  readonly kernelCase: KernelCase;
  readonly plan: CountedPlan;
  readonly stepsPerSample: number;
  readonly bufferSets: number;
}

const median = ({ times }: TimedContestant): number => percentile(times, 0.5);

/** The fastest launch of a kernel that has several. */
function fastest(timed: readonly TimedContestant[], kernel: KernelName): TimedContestant {
  return timed
    .filter(({ contestant }) => contestant.kernel === kernel)
    .reduce((best, next) => (median(next) < median(best) ? next : best));
}

/** The rows of a case: the fastest of the plain reads' launches, then everything else. */
export function caseRows(timed: readonly TimedContestant[], facts: CaseFacts): KernelRow[] {
  const readKeys = fastest(timed, "read-keys");
  const readBoth = fastest(timed, "read-keys-values");
  const reads = { keysUs: median(readKeys), keysAndValuesUs: median(readBoth) };
  const others = timed.filter(({ contestant }) => !contestant.kernel.startsWith("read-"));
  return [readKeys, readBoth, ...others].map((each) => rowOf(each, facts, reads));
}

const round = (us: number): number => Math.round(1000 * us) / 1000;

function rowOf(timed: TimedContestant, facts: CaseFacts, reads: PlainReads): KernelRow {
  const { contestant, keptUnion, relativeError, times } = timed;
  const { kernelCase, plan, stepsPerSample, bufferSets } = facts;
  const { kernel, variant } = contestant;
  return {
    ...caseFields(kernelCase),
    kernel,
    keptUnion,
    medianUs: round(median(timed)),
    p10Us: round(percentile(times, 0.1)),
    p90Us: round(percentile(times, 0.9)),
    bytes: Math.round(stepBytes({ kernel, kernelCase, keptUnion, plan })),
    floorUs: round(floorUs(kernel, keptUnion, reads)),
    samples: times.length,
    stepsPerSample,
    bufferSets,
    relativeError: relativeError === null ? null : Number(relativeError.toPrecision(3)),
    ...(variant === undefined ? {} : { variant }),
  };
}
