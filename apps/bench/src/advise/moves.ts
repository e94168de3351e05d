import type { AdviceSettings } from "./advice-settings.ts";
import type { FlatHead } from "./flat-heads.ts";
import type { Move } from "./search-settings.ts";

/** What is tried beside τ; the flattest heads are those that are tried under full attention. */
export function movesOf(settings: AdviceSettings, flat: readonly FlatHead[]): Move[] {
  const { warmups, margins, denseShares } = settings;
  const counts = [...new Set(denseShares.map((share) => Math.round(share * flat.length)))];
  return [
    {
      name: "budget",
      changes: [{ budget: "model", controls: "union" }, { budget: "group" }, { budget: "head" }],
    },
    {
      name: "exempt keys",
      changes: [
        { keepFirst: 4, keepLast: 0 },
        { keepFirst: 4, keepLast: 32 },
      ],
    },
    {
      name: "dense heads",
      changes: counts
        .filter((count) => count > 0)
        .map((count) => ({
          denseHeads: flat.slice(0, count).map(({ layer, head }) => [layer, head] as const),
        })),
    },
    { name: "warmup", changes: warmups.map((warmup) => ({ warmup })) },
    { name: "margin", changes: margins.map((margin) => ({ margin })) },
  ];
}
