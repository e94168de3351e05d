import type { AttentionMode, DroppedMassRule, SiftMode } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import { blasstRule } from "./rules/blasst-rule.ts";
import { createH2oRule } from "./rules/h2o-rule.ts";
import { eachLine, type LineRule } from "./rules/line-rule.ts";
import { createQuestRule } from "./rules/quest-rule.ts";
import { thresholdRule } from "./rules/threshold-rule.ts";
import { topPRule } from "./rules/top-p-rule.ts";
import { type RowRange, windowForBudget } from "./window-for-budget.ts";

/** First keys that a sliding window keeps (StreamingLLM, arXiv 2309.17453). */
export const SINKS = 4;

/** d_max of the method with a mass floor. */
export const MOST_DROPPED = 0.5;

/** What a method may spend, and the rows that it spends it on. */
export interface Budget extends RowRange {
  /** τ in (0, 1). */
  readonly quantile: number;
  /** Steps under full attention before sifting. */
  readonly warmup: number;
  /** Position of the first row under the method: those before it are the prompt. */
  readonly attentionFrom: number;
  /** Of a calibrated method, fitted on another part of the text. */
  readonly parameter?: number;
}

/** A number that is fitted so that a method meets its budget. More of it keeps fewer keys, or more: one or the other. */
export interface Calibration {
  /** What tables call it. */
  readonly parameter: string;
  /** Where it lies; searched on a logarithmic scale. */
  readonly least: number;
  readonly most: number;
  /** What the method keeps of one head's keys. */
  rule(parameter: number): LineRule;
}

/** One contestant of the quality table. */
export interface Method {
  /** As in `--methods` and in the tables. */
  readonly name: string;
  readonly description: string;
  /** Whether it is run for every τ. */
  readonly usesQuantile: boolean;
  /** Whether it is no kind of attention of the runtime's but a rule in JavaScript, which only the CPU runs. */
  readonly needsCpu: boolean;
  readonly calibration?: Calibration;
  attention(budget: Budget): AttentionMode;
}

/** A method before it is said what stands in for the dropped mass. */
interface Family {
  readonly name: string;
  readonly description: string;
  /** As published. */
  readonly droppedMass: DroppedMassRule;
  readonly needsCpu?: boolean;
  readonly calibration?: Calibration;
  attention(budget: Budget, droppedMass: DroppedMassRule): AttentionMode;
}

const FILLS: readonly {
  readonly suffix: string;
  readonly droppedMass: DroppedMassRule;
  readonly words: string;
}[] = [
  { suffix: "+mean", droppedMass: "mean-value", words: "mean value for the dropped mass" },
  {
    suffix: "+renormalise",
    droppedMass: "renormalise",
    words: "kept weights divided by their sum",
  },
  { suffix: "+none", droppedMass: "none", words: "dropped mass lost" },
];

/** One law a head, fitted once and frozen. */
const FROZEN = { budget: "head", feedback: "none", drift: "none" } as const;

const sift =
  (settings: Pick<SiftMode, "clock" | "fit">): Family["attention"] =>
  ({ quantile, warmup }, droppedMass) => ({
    kind: "sift",
    ...FROZEN,
    ...settings,
    quantile,
    warmup,
    droppedMass,
  });

/** Thresholds from the prompt, held to the budget by feedback: the runtime's defaults but for what is said. */
const held =
  (settings: Pick<SiftMode, "budget" | "controls" | "maxDroppedMass">): Family["attention"] =>
  ({ quantile }, droppedMass) => ({ kind: "sift", ...settings, quantile, droppedMass });

const FIXED: Calibration = {
  parameter: "θ",
  least: 1e-9,
  most: 1,
  rule: (threshold) => thresholdRule(Math.log(threshold)),
};

const BLASST: Calibration = { parameter: "a", least: 1e-6, most: 1e6, rule: blasstRule };

const TOP_P: Calibration = { parameter: "p", least: 1e-3, most: 1, rule: topPRule };

/** A rule that is the same for every row and head, as the runtime takes it. */
const lineMode = (
  name: string,
  { rule }: Calibration,
  parameter: number | undefined,
  droppedMass: DroppedMassRule,
): AttentionMode => {
  if (parameter === undefined) throw new Error(`${name}: expected a calibrated parameter`);
  const label = `${name} ${parameter}`;
  return { kind: "custom", name: label, createRule: () => eachLine(rule(parameter)), droppedMass };
};

const FAMILIES: readonly Family[] = [
  {
    name: "top-k",
    description: "exact top-k per head",
    droppedMass: "none",
    attention: ({ quantile }, droppedMass) => ({
      kind: "top-k",
      fraction: 1 - quantile,
      droppedMass,
    }),
  },
  {
    name: "top-p",
    description: "exact top-p per head, p calibrated",
    droppedMass: "none",
    needsCpu: true,
    calibration: TOP_P,
    attention: ({ parameter }, droppedMass) => lineMode("top-p", TOP_P, parameter, droppedMass),
  },
  {
    name: "fixed",
    description: "one threshold θ for every head, layer and step, calibrated",
    droppedMass: "none",
    calibration: FIXED,
    attention: ({ parameter = Number.NaN }, droppedMass) => ({
      kind: "sift",
      fixedLogThreshold: Math.log(parameter),
      droppedMass,
    }),
  },
  {
    name: "blasst",
    description: "BLASST, λ = a / N under the running maximum, blocks of one key, a calibrated",
    droppedMass: "renormalise",
    needsCpu: true,
    calibration: BLASST,
    attention: ({ parameter }, droppedMass) => lineMode("blasst", BLASST, parameter, droppedMass),
  },
  {
    name: "window",
    description: `sliding window and ${SINKS} sinks (StreamingLLM)`,
    droppedMass: "renormalise",
    attention: (budget, droppedMass) => ({
      kind: "sliding-window",
      sinks: SINKS,
      window: windowForBudget(budget, SINKS, 1 - budget.quantile),
      droppedMass,
    }),
  },
  {
    name: "h2o",
    description: "H2O: heavy hitters and recent keys in halves, evicted for good",
    droppedMass: "renormalise",
    needsCpu: true,
    attention: ({ quantile, attentionFrom }, droppedMass) => ({
      kind: "custom",
      name: `h2o ${1 - quantile} from ${attentionFrom}`,
      seesPrompt: true,
      createRule: (shape) =>
        createH2oRule({ fraction: 1 - quantile, fullBefore: attentionFrom }, shape),
      droppedMass,
    }),
  },
  {
    name: "quest",
    description: "Quest: pages of 16 keys by their upper bound, in every layer",
    droppedMass: "renormalise",
    needsCpu: true,
    attention: ({ quantile }, droppedMass) => ({
      kind: "custom",
      name: `quest ${1 - quantile}`,
      createRule: (shape) => createQuestRule(1 - quantile, shape),
      droppedMass,
    }),
  },
  {
    name: "sift-paper",
    description: "sift as in the paper, clock: context length",
    droppedMass: "none",
    attention: sift({ clock: "context-length", fit: "least-squares" }),
  },
  {
    name: "sift-paper-steps",
    description: "sift as in the paper, clock: generated steps",
    droppedMass: "none",
    attention: sift({ clock: "generated-steps", fit: "least-squares" }),
  },
  {
    name: "sift-prior",
    description: "sift with slope prior",
    droppedMass: "none",
    attention: sift({ clock: "context-length", fit: "slope-prior" }),
  },
  {
    name: "sift-head",
    description: "sift with feedback, a threshold and a budget for each head",
    droppedMass: "mean-value",
    attention: held({ budget: "head" }),
  },
  {
    name: "sift-group",
    description:
      "sift with feedback, a threshold for each KV head whose value rows read are held to the budget",
    droppedMass: "mean-value",
    attention: held({ budget: "group" }),
  },
  {
    name: "sift-model",
    description: "sift with feedback, one threshold for all heads and layers",
    droppedMass: "mean-value",
    attention: held({ budget: "model" }),
  },
  {
    name: "sift-rows",
    description:
      "the same, with the value rows read held to the budget instead of the keys of a head",
    droppedMass: "mean-value",
    attention: held({ budget: "model", controls: "union" }),
  },
  {
    name: "sift-floor",
    description: `sift with feedback, one threshold, at most ${MOST_DROPPED} of a head's weight dropped in a step`,
    droppedMass: "mean-value",
    attention: held({ budget: "model", maxDroppedMass: MOST_DROPPED }),
  },
];

const FULL: Method = {
  name: "full",
  description: "full attention against itself: the noise of the measurement",
  usesQuantile: false,
  needsCpu: false,
  attention: () => ({ kind: "full" }),
};

/** The runtime's own settings, whatever they are. */
const DEFAULT: Method = {
  name: "sift",
  description: "sift with the runtime's default settings",
  usesQuantile: true,
  needsCpu: false,
  attention: ({ quantile }) => ({ kind: "sift", quantile }),
};

function methodOf(
  { attention, ...family }: Family,
  { suffix, droppedMass, words }: Partial<(typeof FILLS)[number]> = {},
): Method {
  const rule = droppedMass ?? family.droppedMass;
  return {
    name: `${family.name}${suffix ?? ""}`,
    description: words === undefined ? family.description : `${family.description}; ${words}`,
    usesQuantile: true,
    needsCpu: family.needsCpu ?? false,
    ...(family.calibration && { calibration: family.calibration }),
    attention: (budget) => attention(budget, rule),
  };
}

/** Every method, in the order of the table: each as published, and with each answer to the dropped mass. */
export const METHODS: readonly Method[] = [
  FULL,
  ...FAMILIES.flatMap((family) => [
    methodOf(family),
    ...FILLS.filter(({ droppedMass }) => droppedMass !== family.droppedMass).map((fill) =>
      methodOf(family, fill),
    ),
  ]),
  DEFAULT,
];

/** For people: the families and the suffixes. */
export const METHOD_NAMES: string = ["full", "sift", ...FAMILIES.map(({ name }) => name)].join(
  ", ",
);

/** @throws BenchError that lists the names. */
export function findMethod(name: string): Method {
  const found = METHODS.find((method) => method.name === name);
  if (found) return found;
  const suffixes = FILLS.map(({ suffix }) => suffix).join(", ");
  throw new BenchError(
    `--methods: expected some of ${METHOD_NAMES}, with ${suffixes} where the dropped mass is to be treated so; got ${name}`,
  );
}
