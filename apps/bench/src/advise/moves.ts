import type { AdviceSettings } from "./advice-settings.ts";
import type { FlatHead } from "./flat-heads.ts";
import type { Move } from "./search-settings.ts";

/** What is tried beside τ. */
export function movesOf({ warmups, margins }: AdviceSettings, _flat: readonly FlatHead[]): Move[] {
  return [
    { name: "warmup", changes: warmups.map((warmup) => ({ warmup })) },
    {
      name: "exempt keys",
      changes: [
        { keepFirst: 4, keepLast: 32 },
        { keepFirst: 4, keepLast: 0 },
      ],
    },
    { name: "margin", changes: margins.map((margin) => ({ margin })) },
  ];
}
