import type { Model, Session } from "@sift-attention/model-runtime";
import type { BenchText, Progress } from "../quality/quality-input.ts";
import { fitsOf, observationsOf } from "./head-laws.ts";
import type { KeptOfHead, LawFit, LawObservations, LawRecord, LawText } from "./law-record.ts";
import { type LawParts, type LawSettings, lawParts } from "./law-settings.ts";
import { LAW_VARIANTS } from "./law-variant.ts";
import { lawWindow } from "./law-window.ts";
import { observeText, type TextPass } from "./observe-text.ts";
import { siftText } from "./sift-text.ts";

/** Everything that a law run works with. */
export interface LawInput {
  readonly model: Model;
  readonly modelName: string;
  /** SHA-256 of the model's files. */
  readonly modelDigest: string;
  readonly texts: readonly BenchText[];
  readonly settings: LawSettings;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** How to read the numbers, in the words of apps/bench/README.md. */
const PROTOCOL = [
  "Each text is run once for each τ under full attention; every row's τ-quantile of its weights is recorded for each layer and query head.",
  "Laws are fitted on rows of the first half of the text and held to log-spaced rows of the second half, the same ones for every variant.",
  "Log-spaced rows begin at a context length of 32 on the clock of context length, and behind the prompt (an eighth of the text) on that of generated steps. A warmup is the first rows behind the prompt.",
  "logBias is the mean of predicted ln θ − observed ln θ over the rows held out: above 0 the threshold lies too high. insideBand is the share of them in the prediction band of the level of the settings.",
  "A law holds when its R² on the fitted rows is at least leastRSquared and its |logBias| at most mostLogBias.",
  "kept: the second half of each text run sifted with the runtime's default settings, the first half as its prompt; per query head.",
] as const;

interface TextResult {
  readonly text: LawText;
  readonly observations: LawObservations[];
  readonly fits: LawFit[];
  readonly kept: KeptOfHead[];
}

/** @throws BenchError for a text that is too short; the signal's reason when it was aborted. */
export async function runLaw(input: LawInput): Promise<LawRecord> {
  const { model, settings, progress, texts } = input;
  const windows = texts.map((text) => lawWindow(model, text, settings));
  const contextLength = Math.max(...windows.map(({ length }) => length));
  const session = await model.createSession({ contextLength, attention: { kind: "full" } });
  progress.start(texts.length * settings.quantiles.length * 2);
  try {
    const results: TextResult[] = [];
    for (const [i, text] of texts.entries()) {
      results.push(await measureText(input, session, { name: text.name, tokens: windows[i]! }));
    }
    return toRecord(input, results);
  } finally {
    progress.stop();
    session.dispose();
  }
}

function toRecord({ model, modelName, modelDigest, settings }: LawInput, results: TextResult[]) {
  const { weightType, backendDescription: backend } = model.info;
  return {
    kind: "law",
    model: { name: modelName, sha256: modelDigest, weightType, backend },
    settings,
    variants: LAW_VARIANTS,
    protocol: PROTOCOL,
    texts: results.map(({ text }) => text),
    observations: results.flatMap(({ observations }) => observations),
    fits: results.flatMap(({ fits }) => fits),
    kept: results.flatMap(({ kept }) => kept),
  } satisfies LawRecord;
}

interface TextTask {
  readonly name: string;
  readonly tokens: readonly number[];
}

async function measureText(
  { model, settings, progress, signal }: LawInput,
  session: Session,
  { name, tokens }: TextTask,
): Promise<TextResult> {
  const parts = lawParts(tokens.length);
  const result: TextResult = { text: textOf(name, parts), observations: [], fits: [], kept: [] };
  for (const quantile of settings.quantiles) {
    const pass: TextPass = { session, tokens, ...(signal && { signal }) };
    progress.report(`${name}, τ ${quantile}, quantiles`);
    const heads = await observeText(pass, quantile);
    progress.advance();
    progress.report(`${name}, τ ${quantile}, kept keys`);
    const kept = await siftText(pass, model.config, { quantile, attentionFrom: parts.fitted });
    progress.advance();
    result.kept.push(...kept.map((head) => ({ text: name, ...head })));
    for (const head of heads) {
      const subject = { text: name, quantile };
      result.observations.push(observationsOf(subject, head, { parts, settings }));
      result.fits.push(...fitsOf(subject, head, { parts, settings }));
    }
  }
  return result;
}

function textOf(text: string, { prompt, fitted, last }: LawParts): LawText {
  return { text, tokens: last, promptTokens: prompt, fittedTokens: fitted };
}
