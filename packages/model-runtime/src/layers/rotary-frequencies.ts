import { ModelError } from "../model-error.ts";
import type { RotaryConfig, RotaryScaling } from "../weights/model-config.ts";

/**
 * Angles per position of rotary position embedding (RoFormer, arXiv 2104.09864): f_i = θ^(−2i / dimensions), rescaled
 * as the model asks for. [rotary.dimensions / 2], radians.
 * @throws ModelError "bad-config" when the stored factors are fewer than the frequencies.
 */
export function rotaryFrequencies(rotary: RotaryConfig): Float64Array {
  const { theta, dimensions, scaling } = rotary;
  const frequencies = new Float64Array(dimensions / 2);
  for (let i = 0; i < frequencies.length; i++) {
    frequencies[i] = rescale(theta ** ((-2 * i) / dimensions), i, scaling);
  }
  return frequencies;
}

function rescale(frequency: number, index: number, scaling: RotaryScaling): number {
  switch (scaling.kind) {
    case "none":
      return frequency;
    case "linear":
      return frequency / scaling.factor;
    case "llama3":
      return rescaleLlama3(frequency, scaling);
    case "factors":
      return frequency / expectFactor(scaling.factors, index);
  }
}

/** Llama 3.1: long waves are slowed by `factor`, short ones stay, and those between are blended linearly. */
function rescaleLlama3(
  frequency: number,
  scaling: Extract<RotaryScaling, { kind: "llama3" }>,
): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const turns = (originalContextLength * frequency) / (2 * Math.PI);
  if (turns > highFrequencyFactor) return frequency;
  if (turns < lowFrequencyFactor) return frequency / factor;
  const kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return frequency * (kept + (1 - kept) / factor);
}

function expectFactor(factors: Float32Array, index: number): number {
  const factor = factors[index];
  if (factor !== undefined && factor > 0) return factor;
  throw new ModelError(
    "bad-config",
    `rotary factors: expected a positive factor at ${index}, got ${factor} among ${factors.length}`,
  );
}
