import type { Session } from "@sift-attention/model-runtime";
import type { DecodeMethod, DecodeSettings } from "../decode-settings.ts";
import type { DecodeSpeedRow, ProfileRow } from "../report/decode-row.ts";
import { decodeMode } from "./decode-modes.ts";
import { decodePrompt } from "./decode-prompt.ts";
import { type FittedQuantile, fitQuantile } from "./fit-quantile.ts";
import { measureProfile } from "./measure-profile.ts";
import type { OpenedModel } from "./opened-model.ts";
import { type GenerationSample, sampleGeneration } from "./sample-generation.ts";
import { spreadOf } from "./spread.ts";

/** What a decode case is measured with. */
export interface DecodeMeasuring {
  readonly opened: OpenedModel;
  readonly settings: DecodeSettings;
  readonly signal: AbortSignal;
}

/** What a case gave. */
export interface MeasuredDecode {
  readonly rows: readonly DecodeSpeedRow[];
  readonly profiles: readonly ProfileRow[];
}

const fittingTokens = 16;

/** Decode speed of all methods at one context, one sample of each in turn, and where a step's time goes. */
export async function measureDecode(
  { opened, settings, signal }: DecodeMeasuring,
  context: number,
): Promise<MeasuredDecode> {
  const { model, backend } = opened;
  const { warmup, tokens } = settings;
  backend.plants = context > settings.plantAbove;
  const session = await model.createSession({ contextLength: context + warmup + tokens + 1 });
  try {
    const prompt = decodePrompt(context, model.config.vocabularySize);
    const task = { prompt, warmup, tokens, signal };
    const fitted = await fitUnion(session, { opened, settings, signal }, prompt);
    const modeOf = (method: DecodeMethod) => decodeMode(method, settings, fitted.quantile);
    const sample = (method: DecodeMethod) =>
      sampleGeneration(session, { ...task, attention: modeOf(method) });
    const samples = await interleave(settings, sample);
    const rows = settings.methods.map((method): DecodeSpeedRow => {
      const taken = samples.get(method)!;
      const mode = modeOf(method);
      return {
        ...{ model: opened.name, context, batch: 1, method },
        tokensPerSecond: spreadOf(taken.map((each) => each.tokensPerSecond)),
        keptUnion: taken.at(-1)!.keptUnion,
        quantile: mode.kind === "sift" ? mode.quantile! : null,
        isPlanted: backend.plants,
        liveBytes: backend.inner.gpu.memory.liveBytes,
        kvBytes: backend.lastSlots.cache.byteLength,
      };
    });
    const profiles = await measureProfiles({ opened, settings, signal }, { context, sample });
    return { rows, profiles };
  } finally {
    session.dispose();
  }
}

/** One untimed sample of each method, then rounds that each begin with another one. */
async function interleave(
  { methods, samples }: DecodeSettings,
  sample: (method: DecodeMethod) => Promise<GenerationSample>,
): Promise<ReadonlyMap<DecodeMethod, readonly GenerationSample[]>> {
  const taken = new Map<DecodeMethod, GenerationSample[]>(methods.map((method) => [method, []]));
  for (const method of methods) await sample(method);
  for (let round = 0; round < samples; round++) {
    for (const [i] of methods.entries()) {
      const method = methods[(i + round) % methods.length]!;
      taken.get(method)!.push(await sample(method));
    }
  }
  return taken;
}

async function fitUnion(
  session: Session,
  { settings, signal }: DecodeMeasuring,
  prompt: readonly number[],
): Promise<FittedQuantile> {
  const { fraction, methods, warmup } = settings;
  if (!methods.includes("sift-union")) return { quantile: 1 - fraction, keptUnion: fraction };
  const tokens = Math.min(settings.tokens, fittingTokens);
  return fitQuantile(fraction, async (quantile) => {
    const attention = decodeMode("sift-union", settings, quantile);
    return (await sampleGeneration(session, { prompt, attention, warmup, tokens, signal }))
      .keptUnion;
  });
}

/** Of full attention and of the sift whose union is known, behind a sample of each. */
async function measureProfiles(
  { opened, settings }: DecodeMeasuring,
  {
    context,
    sample,
  }: {
    readonly context: number;
    readonly sample: (method: DecodeMethod) => Promise<GenerationSample>;
  },
): Promise<readonly ProfileRow[]> {
  const { profileSamples, methods } = settings;
  if (profileSamples === 0) return [];
  const profiles: ProfileRow[] = [];
  for (const method of methods.filter((each) => each === "full" || each === "sift-union")) {
    const { statistics } = await sample(method);
    const slots = opened.backend.lastSlots;
    const profile = await measureProfile(slots, statistics, profileSamples);
    profiles.push({ model: opened.name, context, method, ...profile });
  }
  return profiles;
}
