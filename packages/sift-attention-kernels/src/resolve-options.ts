import { expectGeometry, TensorError } from "@sift-attention/tensor";
import { expectCapacity, expectStorageBuffers } from "./expect-capacity.ts";
import { expectWhole, format } from "./expect-number.ts";
import type { DroppedMass, SiftAttentionOptions } from "./sift-attention-options.ts";
import { SiftError } from "./sift-error.ts";

/** Options with their defaults filled in. The variant, the tuning and `denseBelow` stand in the plan. */
export type ResolvedOptions = Required<
  Omit<SiftAttentionOptions, "variant" | "tuning" | "denseBelow">
>;

/** WebGPU's limits by name, as in `gpu.report.limits`. */
export type Limits = Readonly<Record<string, number>>;

const most = Number.MAX_SAFE_INTEGER;
const leastHeadDim = 32;
const greatestHeadDim = 256; // an output's sums stay in registers up to here
const headDimStep = 8; // f16 numbers of one 16-byte load
const droppedMasses: readonly DroppedMass[] = ["none", "renormalise", "mean-value"];

/**
 * Refuses options that no kernel could be compiled for, and fills in the defaults.
 * @throws SiftError "invalid-option"; "over-limit" for sizes that the device cannot bind or dispatch.
 */
export function resolveOptions(options: SiftAttentionOptions, limits: Limits): ResolvedOptions {
  expectObject(options);
  expectHeads(options);
  expectOneOf("kvType", options.kvType, ["f16", "f32", "i8"]);
  expectOption("slots", options.slots, 1);
  expectOption("capacity", options.capacity, 1);
  const resolved = withDefaults(options);
  expectOption("batch", resolved.batch, 1);
  expectOption("keepFirst", resolved.keepFirst, 0);
  expectOption("keepLast", resolved.keepLast, 0);
  expectOneOf("droppedMass", resolved.droppedMass, droppedMasses);
  expectOneOf("normaliser", resolved.normaliser, ["exact", "sampled"]);
  expectOption("denseBelow", options.denseBelow ?? 0, 0);
  expectOneOf("topK", resolved.topK, [true, false]);
  expectOneOf("quantiles", resolved.quantiles, [true, false]);
  expectScale(resolved.scale);
  expectCapacity(resolved, limits);
  expectStorageBuffers(resolved, limits);
  return withExemptInside(resolved);
}

function withDefaults(options: SiftAttentionOptions): ResolvedOptions {
  const { geometry, kvType, slots, capacity } = options;
  return {
    geometry: { ...geometry },
    kvType,
    slots,
    capacity,
    batch: options.batch ?? slots,
    scale: options.scale ?? 1 / Math.sqrt(geometry.headDim),
    keepFirst: options.keepFirst ?? 0,
    keepLast: options.keepLast ?? 0,
    droppedMass: options.droppedMass ?? "none",
    normaliser: options.normaliser ?? "exact",
    topK: options.topK ?? true,
    quantiles: options.quantiles ?? true,
  };
}

/** More exempt keys than there are rows mean every row, and their sum must not leave u32. */
function withExemptInside(resolved: ResolvedOptions): ResolvedOptions {
  const { capacity, keepFirst, keepLast } = resolved;
  return {
    ...resolved,
    keepFirst: Math.min(keepFirst, capacity),
    keepLast: Math.min(keepLast, capacity),
  };
}

function expectObject(options: unknown): void {
  if (options !== null && typeof options === "object") return;
  throw new SiftError("invalid-option", `options: expected an object, got ${format(options)}`);
}

function expectHeads({ geometry }: SiftAttentionOptions): void {
  try {
    expectGeometry(geometry ?? {});
  } catch (cause) {
    if (!(cause instanceof TensorError)) throw cause;
    throw new SiftError("invalid-option", `geometry: ${cause.message}`, { cause });
  }
  const { headDim } = geometry;
  const fits = headDim >= leastHeadDim && headDim <= greatestHeadDim && headDim % headDimStep === 0;
  if (fits) return;
  throw new SiftError(
    "invalid-option",
    `geometry: headDim: expected a multiple of ${headDimStep} from ${leastHeadDim} to ${greatestHeadDim}, got ${headDim}; pad the heads with zeros`,
  );
}

function expectOption(name: string, value: unknown, least: number, limit: number = most): void {
  expectWhole({ code: "invalid-option", where: name }, value, least, limit);
}

function expectOneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (known.includes(value)) return;
  throw new SiftError(
    "invalid-option",
    `${name}: expected ${known.map(format).join(" or ")}, got ${format(value)}`,
  );
}

function expectScale(scale: unknown): void {
  const rounded = typeof scale === "number" ? Math.fround(scale) : Number.NaN;
  if (rounded > 0 && Number.isFinite(rounded)) return;
  throw new SiftError(
    "invalid-option",
    `scale: expected a number above 0 in the range of f32, got ${format(scale)}`,
  );
}
