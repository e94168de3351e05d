import type { KernelCase } from "../cases/kernel-case.ts";
import type { KernelName } from "../run/kernel-name.ts";

/** One contestant in one case; the names of the fields are for good. */
export interface KernelRow {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
  readonly kernel: KernelName;
  /** Value rows read, as a share of the context: counted by the kernel. 1 for reads and full attention. */
  readonly keptUnion: number;
  /** Of one step on the device. */
  readonly medianUs: number;
  readonly p10Us: number;
  readonly p90Us: number;
  /** What the step moves, see `stepBytes`. */
  readonly bytes: number;
  /** How long a plain read of the rows that it cannot avoid takes in the same case; see `floorUs`. */
  readonly floorUs: number;
  readonly samples: number;
  readonly stepsPerSample: number;
  readonly bufferSets: number;
  /** Largest error before it was timed, over the truth's largest value; null for reads. */
  readonly relativeError: number | null;
  /** The launch of a read. */
  readonly variant?: string;
}

/** A contestant of a case that was refused because it is wrong. */
export interface KernelFailure {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
  readonly kernel: KernelName;
  /** The share of value rows that it should read. */
  readonly fraction: number;
  readonly error: string;
}

/** A case that was not measured. */
export interface LeftOutCase {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
  readonly reason: string;
  /** Whether something broke; false for what the device cannot hold or the budget did not reach. */
  readonly isError: boolean;
}

/** The fields that say which case a row is of. */
export function caseFields({ shape, batch, context }: KernelCase): {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
} {
  return { shape: shape.name, batch, context };
}
