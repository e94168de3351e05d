import type { Model, Session, SiftMode } from "@sift-attention/model-runtime";
import { fitsOf, observationsOf } from "../law/head-laws.ts";
import type { LawFit, LawObservations } from "../law/law-record.ts";
import { LAW_SETTINGS, lawParts } from "../law/law-settings.ts";
import { LAW_VARIANTS } from "../law/law-variant.ts";
import { observeText } from "../law/observe-text.ts";
import type { BenchText } from "../quality/quality-input.ts";
import type { CellStore } from "../store/cell-store.ts";
import type { AdviceRecord, HeldOutRow } from "./advice-record.ts";
import type { AdviceSettings } from "./advice-settings.ts";
import { candidateFigures, mayBeChosen, meetsBudget } from "./candidate-figures.ts";
import { type FlatHead, flatHeads } from "./flat-heads.ts";
import { WindowMeter } from "./measure-windows.ts";
import { movesOf } from "./moves.ts";
import { type AdvicePlan, planAdvice } from "./plan-advice.ts";
import { type Candidate, type SearchResult, searchSettings } from "./search-settings.ts";
import type { SiftProfile } from "./sift-profile.ts";

/** Everything that an advice works with. */
export interface AdviceInput {
  readonly model: Model;
  readonly modelName: string;
  /** SHA-256 of the model's files. */
  readonly modelDigest: string;
  /** SHA-256 of the runtime's code. */
  readonly runtimeDigest: string;
  readonly texts: readonly BenchText[];
  readonly settings: AdviceSettings;
  readonly store: CellStore;
  /** Hears what is being done, line by line. */
  report(line: string): void;
  readonly signal?: AbortSignal;
}

/** How to read the numbers, in the words of apps/bench/README.md. */
const PROTOCOL = [
  "Settings are chosen on windows of the first half of each text; heldOut has their figures on windows of the second half, which nothing was chosen on.",
  "Each window is run once under full attention and once under each candidate, teacher-forced; its first eighth under full attention, as a prompt is. Compared are the positions after that and the longest warmup, the same ones for every candidate.",
  "A candidate is allowed when its mean KL plus two standard errors is within the budget. The error takes positions as independent, which neighbours are not.",
  "Of the allowed candidates the one that reads the fewest value rows over an answer of the settings' length is chosen, warmup steps counted in full.",
  "The law of each head is fitted on the first half of each window to choose on and held to its second half.",
] as const;

/** @throws BenchError for texts or settings that do not do; the signal's reason when it was aborted. */
export async function runAdvice(input: AdviceInput): Promise<AdviceRecord> {
  const { model, settings, texts } = input;
  const plans = planAdvice(model, texts, settings);
  const session = await model.createSession({
    contextLength: settings.context,
    attention: { kind: "full" },
  });
  try {
    const laws = await observeLaws(input, session, plans);
    const flat = flatHeads(laws.observations.filter(({ text }) => text === plans[0]!.text));
    const search = await chooseSettings(input, { session, plans, flat });
    const heldOut = await holdOut(input, { session, plans, chosen: search.chosen });
    return toRecord(input, { plans, laws, flat, search, heldOut });
  } finally {
    session.dispose();
  }
}

interface Laws {
  readonly fits: readonly LawFit[];
  readonly observations: readonly LawObservations[];
}

/** τ that the laws are fitted at: the runtime's default. */
const LAW_QUANTILE = 0.75;

async function observeLaws(
  { report, signal }: AdviceInput,
  session: Session,
  plans: readonly AdvicePlan[],
): Promise<Laws> {
  const fits: LawFit[] = [];
  const observations: LawObservations[] = [];
  for (const { text, chosenOn } of plans) {
    report(`${text}: the power law of every head`);
    const { tokens } = chosenOn[0]!;
    const heads = await observeText({ session, tokens, ...(signal && { signal }) }, LAW_QUANTILE);
    const plan = { parts: lawParts(tokens.length), settings: LAW_SETTINGS };
    const subject = { text, quantile: LAW_QUANTILE };
    observations.push(...heads.map((head) => observationsOf(subject, head, plan)));
    fits.push(...heads.map((head) => fitsOf(subject, head, plan)[0]!));
  }
  return { fits, observations };
}

interface Choosing {
  readonly session: Session;
  readonly plans: readonly AdvicePlan[];
  readonly flat: readonly FlatHead[];
}

async function chooseSettings(
  input: AdviceInput,
  { session, plans, flat }: Choosing,
): Promise<SearchResult> {
  const { model, settings, report } = input;
  const { layers } = model.config;
  const windows = plans.flatMap(({ chosenOn }) => chosenOn);
  const meter = createMeter(input, session, windows);
  return searchSettings({
    base: { kind: "sift" },
    quantiles: settings.quantiles,
    moves: movesOf(settings, flat),
    measure: async (attention) =>
      candidateFigures(await meter.measure(attention), layers, settings),
    isAllowed: (figures) => mayBeChosen(figures, settings),
    onCandidate: (candidate) => report(describeCandidate(candidate)),
  });
}

function createMeter(
  { model, settings, store, modelDigest, runtimeDigest, signal }: AdviceInput,
  session: Session,
  windows: AdvicePlan["chosenOn"],
): WindowMeter {
  return new WindowMeter({
    session,
    layers: model.config.layers,
    windows,
    longestWarmup: Math.max(...settings.warmups),
    store,
    identity: { modelDigest, runtimeDigest, backend: model.info.backend },
    ...(signal && { signal }),
  });
}

/** "τ 0.75, warmup 16: KL 0.0012 ± 0.0001, reads 43.1 %". */
export function describeCandidate({ attention, figures, isAllowed }: Candidate): string {
  const { klMean, klError, keptUnion } = figures;
  return `${describeSettings(attention)}: KL ${klMean.toPrecision(3)} ± ${klError.toPrecision(1)}, reads ${(100 * keptUnion).toFixed(1)} %${isAllowed ? "" : ", over the budget"}`;
}

/** What differs from the runtime's defaults. */
export function describeSettings(attention: SiftMode): string {
  const { kind: _, quantile, ...rest } = attention;
  const parts = Object.entries(rest).map(([name, value]) =>
    Array.isArray(value) ? `${value.length} ${name}` : `${name} ${value}`,
  );
  return [`τ ${quantile}`, ...parts].join(", ");
}

async function holdOut(
  input: AdviceInput,
  { session, plans, chosen }: Omit<Choosing, "flat"> & { chosen: Candidate | undefined },
): Promise<HeldOutRow[]> {
  const { model, settings, report } = input;
  const meter = createMeter(
    input,
    session,
    plans.flatMap(({ heldOut }) => heldOut),
  );
  const contestants: Pick<HeldOutRow, "name" | "attention">[] = [
    ...(chosen ? [{ name: "chosen" as const, attention: chosen.attention }] : []),
    { name: "runtime's default", attention: { kind: "sift" } },
  ];
  const rows: HeldOutRow[] = [];
  for (const contestant of contestants) {
    report(`held out: ${contestant.name}`);
    const results = await meter.measure(contestant.attention);
    const figures = candidateFigures(results, model.config.layers, settings);
    rows.push({ ...contestant, figures, meetsBudget: meetsBudget(figures, settings) });
  }
  return rows;
}

interface Findings {
  readonly plans: readonly AdvicePlan[];
  readonly laws: Laws;
  readonly flat: readonly FlatHead[];
  readonly search: SearchResult;
  readonly heldOut: readonly HeldOutRow[];
}

function toRecord(
  input: AdviceInput,
  { plans, laws, flat, search, heldOut }: Findings,
): AdviceRecord {
  const { weightType, backendDescription: backend } = input.model.info;
  return {
    kind: "advice",
    model: { name: input.modelName, sha256: input.modelDigest, weightType, backend },
    settings: input.settings,
    protocol: PROTOCOL,
    texts: plans.map(({ text, tokens, chosenOn, heldOut }) => ({
      text,
      tokens,
      chosenOn: chosenOn.map(({ start }) => start),
      heldOut: heldOut.map(({ start }) => start),
    })),
    ...laws,
    flatHeads: flat,
    candidates: search.candidates,
    heldOut,
    profile: profileOf(input, heldOut),
  };
}

function profileOf(
  { modelName, modelDigest, settings, texts }: AdviceInput,
  heldOut: readonly HeldOutRow[],
): SiftProfile | null {
  const chosen = heldOut.find(({ name }) => name === "chosen");
  if (!chosen) return null;
  return {
    kind: "sift-profile",
    version: 1,
    attention: chosen.attention,
    model: { name: modelName, sha256: modelDigest },
    evidence: {
      klBudget: settings.klBudget,
      meetsBudget: chosen.meetsBudget,
      heldOut: chosen.figures,
      texts: texts.map(({ name }) => name),
    },
  };
}

/** The law that heads are judged by. */
export const ADVICE_LAW: string = LAW_VARIANTS[0]!.name;
