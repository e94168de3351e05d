import type { LawFit, LawObservations } from "../law/law-record.ts";
import type { AdviceSettings } from "./advice-settings.ts";
import type { CandidateFigures } from "./candidate-figures.ts";
import type { FlatHead } from "./flat-heads.ts";
import type { Candidate } from "./search-settings.ts";
import type { SiftProfile } from "./sift-profile.ts";

/** The file that programs read. */
export interface AdviceRecord {
  readonly kind: "advice";
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly weightType: string;
    readonly backend: string;
  };
  readonly settings: AdviceSettings;
  readonly protocol: readonly string[];
  readonly texts: readonly AdviceText[];
  /** One law for each text and head, by context length on log-spaced rows. */
  readonly fits: readonly LawFit[];
  readonly observations: readonly LawObservations[];
  /** Heads of the first text by flatness, the flattest first. */
  readonly flatHeads: readonly FlatHead[];
  /** In the order in which they were tried. */
  readonly candidates: readonly Candidate[];
  /** Settings on the part of the texts that nothing was chosen on. */
  readonly heldOut: readonly HeldOutRow[];
  /** Null when no settings were allowed. */
  readonly profile: SiftProfile | null;
}

export interface AdviceText {
  readonly text: string;
  readonly tokens: number;
  /** First tokens of the windows that settings were chosen on, and of those held out. */
  readonly chosenOn: readonly number[];
  readonly heldOut: readonly number[];
}

export interface HeldOutRow {
  readonly name: "chosen" | "runtime's default";
  readonly attention: Candidate["attention"];
  readonly figures: CandidateFigures;
  readonly meetsBudget: boolean;
}
