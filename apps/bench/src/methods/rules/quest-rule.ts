import type { ChooseKeys, KeyChoice, KeyChoiceShape } from "@sift-attention/model-runtime";

/** Keys of a page, as in Quest (arXiv 2406.10774). */
export const QUEST_PAGE = 16;

/** Smallest and largest number of each channel over the keys of each page: [pages][headDim]. */
interface PageBounds {
  readonly least: Float32Array[];
  readonly most: Float32Array[];
  /** Positions that the pages cover. */
  end: number;
}

/**
 * Quest: pages of 16 keys, ranked for each query head by the upper bound of q·k that their smallest and largest channels
 * give, Σ max(q·least, q·most); the best pages are kept whole, the newest one always. In every layer.
 * @param fraction Pages kept, of all.
 */
export function createQuestRule(fraction: number, { layers, kvHeads }: KeyChoiceShape): ChooseKeys {
  const heads = Array.from({ length: layers * kvHeads }, () => ({ least: [], most: [], end: 0 }));
  return (choice) => {
    const bounds: PageBounds = heads[choice.layer * kvHeads + choice.kvHead]!;
    coverKeys(bounds, choice);
    for (const [g, query] of choice.queries.entries()) {
      keepBestPages(bounds, query, fraction, { ...choice, line: choice.kept[g]! });
    }
  };
}

function coverKeys(bounds: PageBounds, { firstKey, count, keys, queries }: KeyChoice): void {
  const headDim = queries[0]!.length;
  for (let at = Math.max(bounds.end, firstKey); at < firstKey + count; at++) {
    const page = Math.floor(at / QUEST_PAGE);
    bounds.least[page] ??= new Float32Array(headDim).fill(Number.POSITIVE_INFINITY);
    bounds.most[page] ??= new Float32Array(headDim).fill(Number.NEGATIVE_INFINITY);
    const [least, most] = [bounds.least[page], bounds.most[page]];
    const from = (at - firstKey) * headDim;
    for (let i = 0; i < headDim; i++) {
      const key = keys[from + i]!;
      if (key < least[i]!) least[i] = key;
      if (key > most[i]!) most[i] = key;
    }
  }
  bounds.end = firstKey + count;
}

function keepBestPages(
  { least, most }: PageBounds,
  query: Float32Array,
  fraction: number,
  { firstKey, count, line }: Pick<KeyChoice, "firstKey" | "count"> & { readonly line: Uint8Array },
): void {
  const firstPage = Math.floor(firstKey / QUEST_PAGE);
  const lastPage = Math.floor((firstKey + count - 1) / QUEST_PAGE);
  const ranked: { readonly page: number; readonly bound: number }[] = [];
  for (let page = firstPage; page < lastPage; page++) {
    ranked.push({ page, bound: upperBound(query, least[page]!, most[page]!) });
  }
  ranked.sort((a, b) => b.bound - a.bound || a.page - b.page);
  const wanted = Math.max(1, Math.round(fraction * (lastPage - firstPage + 1)));
  const kept = [lastPage, ...ranked.slice(0, wanted - 1).map(({ page }) => page)];
  for (const page of kept) {
    const from = Math.max(0, page * QUEST_PAGE - firstKey);
    line.fill(1, from, (page + 1) * QUEST_PAGE - firstKey);
  }
}

/** Of q·k for every key whose channels lie between least and most. */
function upperBound(query: Float32Array, least: Float32Array, most: Float32Array): number {
  let bound = 0;
  for (let i = 0; i < query.length; i++) {
    bound += Math.max(query[i]! * least[i]!, query[i]! * most[i]!);
  }
  return bound;
}
