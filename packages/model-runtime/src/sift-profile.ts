import type { SiftMode } from "./attention-mode.ts";
import { ModelError } from "./model-error.ts";
import { expectSiftMode } from "./session/expect-sift-mode.ts";
import type { ModelConfig } from "./weights/model-config.ts";

/** The version of the format below; raised when an older reader would misread it. */
const PROFILE_VERSION = 1;

/** Settings of sifted attention that were found for one model, as JSON. */
export interface SiftProfile {
  readonly kind: "sift-profile";
  readonly version: typeof PROFILE_VERSION;
  readonly model: ProfiledModel;
  /** What differs from the runtime's defaults. */
  readonly attention: SiftProfileSettings;
  /** What the settings were chosen by: for people and reports, not read here. */
  readonly evidence?: unknown;
}

/** The model that a profile is for: another shape is refused, names and digests are for people. */
export interface ProfiledModel {
  readonly layers: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  /** As the user named it. */
  readonly name?: string;
  /** Of the model's files. */
  readonly digest?: string;
}

/** Options of SiftMode that a profile may set: all but those for tests and traces. */
export type SiftProfileSettings = Omit<SiftMode, "kind" | "trace" | "fixedLogThreshold">;

const settingNames: Readonly<Record<keyof SiftProfileSettings, true>> = {
  quantile: true,
  budget: true,
  controls: true,
  warmup: true,
  warmupLimit: true,
  warmupTolerance: true,
  clock: true,
  fit: true,
  margin: true,
  feedback: true,
  lag: true,
  maxDroppedMass: true,
  floorAnswer: true,
  drift: true,
  fallback: true,
  denseLayers: true,
  denseHeads: true,
  denseFlatness: true,
  droppedMass: true,
  keepFirst: true,
  keepLast: true,
};

/**
 * Checks what came out of JSON, and that it is for a model of this shape.
 *
 * @throws ModelError "bad-profile" that names the field, what was expected and what came
 */
export function expectSiftProfile(value: unknown, config?: ModelConfig): SiftProfile {
  const profile = expectRecord("profile", value);
  expectEqual("profile.kind", profile.kind, "sift-profile");
  expectEqual("profile.version", profile.version, PROFILE_VERSION);
  const model = expectModel(profile.model);
  if (config) expectShape(model, config);
  return {
    kind: "sift-profile",
    version: PROFILE_VERSION,
    model,
    attention: expectSettings(profile.attention, model),
    ...(profile.evidence !== undefined && { evidence: profile.evidence }),
  };
}

/**
 * The attention mode that a profile asks for.
 *
 * @param config of the model that it is to be used with
 * @throws ModelError "bad-profile"
 */
export function siftModeOf(profile: unknown, config?: ModelConfig): SiftMode {
  return { kind: "sift", ...expectSiftProfile(profile, config).attention };
}

function expectModel(value: unknown): ProfiledModel {
  const { layers, queryHeads, kvHeads, name, digest } = expectRecord("profile.model", value);
  return {
    layers: expectCount("profile.model.layers", layers),
    queryHeads: expectCount("profile.model.queryHeads", queryHeads),
    kvHeads: expectCount("profile.model.kvHeads", kvHeads),
    ...(name !== undefined && { name: expectText("profile.model.name", name) }),
    ...(digest !== undefined && { digest: expectText("profile.model.digest", digest) }),
  };
}

function expectShape(model: ProfiledModel, config: ModelConfig): void {
  for (const key of ["layers", "queryHeads", "kvHeads"] as const) {
    if (model[key] === config[key]) continue;
    refuse(`profile.model.${key}`, `${config[key]}, as the model has`, model[key]);
  }
}

function expectSettings(
  value: unknown,
  { layers, queryHeads }: ProfiledModel,
): SiftProfileSettings {
  const settings = expectRecord("profile.attention", value);
  for (const name of Object.keys(settings)) {
    if (Object.hasOwn(settingNames, name)) continue;
    refuse(`profile.attention.${name}`, `one of ${Object.keys(settingNames).join(", ")}`, name);
  }
  const attention = settings as SiftProfileSettings;
  try {
    const { denseLayers, denseHeads } = expectSiftMode({ ...attention, kind: "sift" });
    denseLayers.forEach((layer, i) => {
      expectIndex(`profile.attention.denseLayers[${i}]`, layer, layers);
    });
    denseHeads.forEach((place: unknown, i) => {
      const path = `profile.attention.denseHeads[${i}]`;
      if (!Array.isArray(place) || place.length !== 2) refuse(path, "[layer, head]", place);
      expectIndex(`${path}[0]`, place[0], layers);
      expectIndex(`${path}[1]`, place[1], queryHeads);
    });
  } catch (cause) {
    if (!(cause instanceof ModelError) || cause.code !== "bad-option") throw cause;
    throw new ModelError("bad-profile", `profile.${cause.message}`, { cause });
  }
  return attention;
}

function refuse(path: string, expected: string, got: unknown): never {
  throw new ModelError("bad-profile", `${path}: expected ${expected}, got ${JSON.stringify(got)}`);
}

function expectRecord(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  return refuse(path, "an object", value);
}

function expectEqual(path: string, value: unknown, expected: string | number): void {
  if (value !== expected) refuse(path, JSON.stringify(expected), value);
}

function expectText(path: string, value: unknown): string {
  return typeof value === "string" ? value : refuse(path, "a string", value);
}

function expectCount(path: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  return refuse(path, "an integer of 1 or more", value);
}

function expectIndex(path: string, value: unknown, count: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count) return;
  refuse(path, `an integer in [0, ${count})`, value);
}
