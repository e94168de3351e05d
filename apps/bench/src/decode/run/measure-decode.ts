import type { DecodeMethod, DecodeSettings } from "../decode-settings.ts";
import type { DecodeSpeedRow, ProfileRow } from "../report/decode-row.ts";
import { decodeMode } from "./decode-modes.ts";
import { decodePrompt } from "./decode-prompt.ts";
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
    const sample = (method: DecodeMethod) =>
      sampleGeneration(session, { ...task, attention: decodeMode(method, settings) });
    const samples = await interleave(settings, sample);
    const rows = settings.methods.map((method): DecodeSpeedRow => {
      const taken = samples.get(method)!;
      return {
        ...{ model: opened.name, context, batch: 1, method },
        tokensPerSecond: spreadOf(taken.map((each) => each.tokensPerSecond)),
        keptUnion: taken.at(-1)!.keptUnion,
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
