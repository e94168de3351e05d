import type { PlanLimits } from "../plan/attention-plan.ts";
import { possibleLanes } from "../plan/choose-lanes.ts";
import { headBlocks } from "../plan/head-blocks.ts";
import { attendFits, type FitSubject, mergeFits, rowsFit } from "./fit-entries.ts";
import type { TuningEntries } from "./tuning.ts";

/** Kernels that are tuned, in this order: what comes later is measured behind what came before. */
export const tunedKernels = ["scores", "full", "attend", "merge"] as const;
export type TunedKernel = (typeof tunedKernels)[number];

/** Knobs of each kernel in the order in which they are tried: those that matter most first. */
const knobsOf: Readonly<Record<TunedKernel, readonly string[]>> = {
  scores: ["workgroups", "rows", "workgroup", "lanes"],
  full: ["workgroups", "rows", "workgroup", "lanes"],
  attend: ["workgroups", "tile", "rows", "workgroup", "lanes"],
  merge: ["columns", "rows"],
};

/** A knob's name with the kernel that it belongs to. */
export interface Knob {
  readonly kernel: TunedKernel;
  readonly name: string;
}

/** Every knob in its order. */
export const knobs: readonly Knob[] = tunedKernels.flatMap((kernel) =>
  knobsOf[kernel].map((name) => ({ kernel, name })),
);

function valuesOf(name: string, value: number, subject: FitSubject): readonly number[] {
  if (name === "lanes") return possibleLanes(subject.variant).filter((lanes) => lanes !== value);
  return [value / 2, value * 2];
}

function fits(
  entries: TuningEntries,
  kernel: TunedKernel,
  subject: FitSubject,
  limits: PlanLimits,
): boolean {
  const { attend, merge } = entries;
  if (kernel === "merge") return mergeFits(merge, headBlocks(subject.geometry), limits);
  if (kernel !== "attend") return rowsFit(entries[kernel], subject, limits);
  return attend.tile >= attend.workgroup && attendFits(attend, subject, limits);
}

function leastOf(name: string): number {
  return { workgroup: 32, columns: 8 }[name] ?? 1;
}

/** The entries with one knob set otherwise, as far as the device can run them. */
export function variationsOf(
  entries: TuningEntries,
  { kernel, name }: Knob,
  { subject, limits }: { readonly subject: FitSubject; readonly limits: PlanLimits },
): readonly TuningEntries[] {
  const current: Readonly<Record<string, number>> = { ...entries[kernel] };
  const value = current[name]!;
  return valuesOf(name, value, subject)
    .filter((other) => Number.isInteger(other) && other >= leastOf(name))
    .map((other) => ({ ...entries, [kernel]: { ...current, [name]: other } }))
    .filter((changed) => fits(changed, kernel, subject, limits));
}
