import { percent, short } from "../report/format-cell.ts";
import type { AdviceRecord } from "./advice-record.ts";
import type { CandidateFigures } from "./candidate-figures.ts";
import { describeSettings } from "./run-advice.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Headings of the cells of `figureCells`. */
export const FIGURE_HEADINGS: readonly string[] = [
  "KL mean",
  "± error",
  "KL 99 %",
  "same token",
  "kept",
  "union",
  "of an answer",
];

function figureCells(figures: CandidateFigures): string[] {
  const { klMean, klError, klP99, top1Agreement, keptMean, keptUnion, readOfAnswer } = figures;
  return [
    short(klMean),
    short(klError),
    short(klP99),
    percent(top1Agreement),
    percent(keptMean),
    percent(keptUnion),
    percent(readOfAnswer),
  ];
}

/** One sentence: what is advised and whether it held. */
export function adviceVerdict({ profile, settings }: AdviceRecord): string {
  const { klBudget, leastTop1 } = settings;
  const asked = `KL ≤ ${klBudget}${leastTop1 > 0 ? ` and the same token in ${percent(leastTop1)}` : ""}`;
  if (!profile)
    return `No settings that were tried stay within ${asked}: use full attention, or allow more.`;
  const { heldOut, meetsBudget } = profile.evidence;
  const outcome = `KL ${short(heldOut.klMean)} and the same token in ${percent(heldOut.top1Agreement)}, reading ${percent(heldOut.keptUnion)} of the value rows`;
  return `Asked for ${asked}: sift with ${describeSettings(profile.attention)}. On text that it was not chosen on that gives ${outcome}: ${meetsBudget ? "within the budget" : "**over the budget**"}.`;
}

/** How many heads of each text follow the law, and which do not. */
export function lawVerdicts({ texts, fits }: AdviceRecord): string[] {
  return texts.map(({ text }) => {
    const mine = fits.filter((fit) => fit.text === text);
    const failing = mine.filter(({ failures }) => failures.length > 0);
    const names = failing.map(
      ({ layer, head, failures }) => `${layer}.${head} ${failures.join(" and ")}`,
    );
    const list = names.length > 0 ? `; not in (layer.head) ${names.join(", ")}` : "";
    return `${text}: the power law holds in ${mine.length - failing.length} of ${mine.length} heads${list}.`;
  });
}

/** The advice as people read it. */
export function adviceMarkdown(record: AdviceRecord): string {
  const { model, protocol, candidates, heldOut } = record;
  const rule = row(["---", ...FIGURE_HEADINGS.map(() => "---:")]);
  return [
    `# How to sift with ${model.name}`,
    "",
    adviceVerdict(record),
    "",
    ...lawVerdicts(record).map((verdict) => `- ${verdict}`),
    "",
    "## On text that nothing was chosen on",
    "",
    row(["settings", ...FIGURE_HEADINGS]),
    rule,
    ...heldOut.map(({ name, figures }) => row([name, ...figureCells(figures)])),
    "",
    "## What was tried",
    "",
    row(["settings", ...FIGURE_HEADINGS]),
    rule,
    ...candidates.map(({ attention, figures, isAllowed }) =>
      row([`${describeSettings(attention)}${isAllowed ? "" : " (over)"}`, ...figureCells(figures)]),
    ),
    "",
    ...protocol.map((sentence) => `- ${sentence}`),
    "",
  ].join("\n");
}
