import { type Knob, knobs } from "./knob-variations.ts";
import type { TuningEntries } from "./tuning.ts";

/** A candidate must save this part of the time to be taken: less is noise, and the same device should choose the same. */
const leastGain = 0.02;

/** How a search asks for what it needs. */
export interface KnobSearch {
  variationsOf(entries: TuningEntries, knob: Knob): readonly TuningEntries[];
  /** Time of `candidate` in times of `incumbent`, by the kernel that the knob belongs to. */
  ratioOf(knob: Knob, incumbent: TuningEntries, candidate: TuningEntries): Promise<number>;
  /** Asked before each measurement; true ends the search. */
  isOver(): boolean;
}

/** Moves one knob for as long as it helps. */
async function searchKnob(
  start: TuningEntries,
  knob: Knob,
  search: KnobSearch,
): Promise<TuningEntries> {
  const tried = new Set<string>([JSON.stringify(start)]);
  let best = start;
  let open = search.variationsOf(best, knob);
  while (open.length > 0) {
    const incumbent = best;
    for (const candidate of open) {
      tried.add(JSON.stringify(candidate));
      if (search.isOver()) return best;
      const ratio = await search.ratioOf(knob, best, candidate);
      if (ratio < 1 - leastGain) best = candidate;
    }
    if (best === incumbent) return best;
    open = search.variationsOf(best, knob).filter((next) => !tried.has(JSON.stringify(next)));
  }
  return best;
}

/** The best entries that moving one knob after the other finds from a start. */
export async function searchKnobs(
  start: TuningEntries,
  search: KnobSearch,
): Promise<TuningEntries> {
  let best = start;
  for (const knob of knobs) {
    if (search.isOver()) return best;
    best = await searchKnob(best, knob, search);
  }
  return best;
}
