import type { SiftMode } from "@sift-attention/model-runtime";
import type { CandidateFigures } from "./candidate-figures.ts";

/** Settings that were tried. */
export interface Candidate {
  readonly attention: SiftMode;
  readonly figures: CandidateFigures;
  /** Whether they may be chosen. */
  readonly isAllowed: boolean;
}

/** Other values of one part of the settings. */
export interface Move {
  /** Names it for the reader: "warmup". */
  readonly name: string;
  readonly changes: readonly Partial<SiftMode>[];
}

/** What is searched, and how it is measured. */
export interface Search {
  readonly base: SiftMode;
  /** Ascending. */
  readonly quantiles: readonly number[];
  readonly moves: readonly Move[];
  measure(attention: SiftMode): Promise<CandidateFigures>;
  isAllowed(figures: CandidateFigures): boolean;
  onCandidate?(candidate: Candidate): void;
}

/** What was tried, in order, and the allowed one that reads least; undefined when none is allowed. */
export interface SearchResult {
  readonly candidates: readonly Candidate[];
  readonly chosen: Candidate | undefined;
}

/**
 * Looks for the settings that read the fewest value rows within the budget: first the largest τ by halving, then one part of
 * the settings after the other, at that τ and those beside it. Greedy: parts that help only together are not found. Nothing is
 * measured twice.
 */
export async function searchSettings(search: Search): Promise<SearchResult> {
  const tried = new Map<string, Candidate>();
  const attempt = async (attention: SiftMode): Promise<Candidate> => {
    const key = JSON.stringify(Object.entries(attention).toSorted());
    const known = tried.get(key);
    if (known) return known;
    const figures = await search.measure(attention);
    const candidate = { attention, figures, isAllowed: search.isAllowed(figures) };
    tried.set(key, candidate);
    search.onCandidate?.(candidate);
    return candidate;
  };
  let chosen = await halve(search, attempt);
  for (const { changes } of search.moves) {
    for (const change of changes) {
      const rival = await climb(search, attempt, {
        ...(chosen?.attention ?? weakest(search)),
        ...change,
      });
      chosen = better(chosen, rival);
    }
  }
  return { candidates: [...tried.values()], chosen };
}

type Attempt = (attention: SiftMode) => Promise<Candidate>;

/** Where nothing is allowed, moves begin at the smallest τ. */
function weakest({ base, quantiles }: Search): SiftMode {
  return { ...base, quantile: quantiles[0]! };
}

/** The largest allowed τ, as though everything below an allowed one were allowed too. */
async function halve(
  { base, quantiles }: Search,
  attempt: Attempt,
): Promise<Candidate | undefined> {
  let best: Candidate | undefined;
  let [low, high] = [0, quantiles.length - 1];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const candidate = await attempt({ ...base, quantile: quantiles[middle]! });
    if (candidate.isAllowed) {
      best = better(best, candidate);
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
}

/** From these settings on to larger τ as long as they are allowed, or one step back when the first is not. */
async function climb(
  { quantiles }: Search,
  attempt: Attempt,
  from: SiftMode,
): Promise<Candidate | undefined> {
  let best: Candidate | undefined;
  const start = Math.max(0, quantiles.indexOf(from.quantile!));
  for (const quantile of quantiles.slice(start)) {
    const candidate = await attempt({ ...from, quantile });
    if (!candidate.isAllowed) break;
    best = better(best, candidate);
  }
  if (best || start === 0) return best;
  const smaller = await attempt({ ...from, quantile: quantiles[start - 1]! });
  return smaller.isAllowed ? smaller : undefined;
}

function better(a: Candidate | undefined, b: Candidate | undefined): Candidate | undefined {
  if (!a || !b) return a ?? b;
  return b.figures.readOfAnswer < a.figures.readOfAnswer ? b : a;
}
