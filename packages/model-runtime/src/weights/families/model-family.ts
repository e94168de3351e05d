import type { ConfigFields } from "../config-fields.ts";
import type { ModelConfig } from "../model-config.ts";

/** A tensor that a model of the family must have. */
export interface ExpectedTensor {
  /** Hugging Face's name. */
  readonly name: string;
  readonly ggufName: string;
  /** Rows first. */
  readonly shape: readonly number[];
}

/** What a family reads; the tokens that end a text come from further files. */
export type FamilyConfig = Omit<ModelConfig, "stopTokens">;

/** What a GGUF file says outside its metadata. */
export interface GgufTensorFacts {
  /** Rows first; undefined when there is no such tensor. */
  shapeOf(ggufName: string): readonly number[] | undefined;
  /** The numbers of rope_freqs.weight, when there is one. */
  readonly frequencyFactors: Float32Array | undefined;
}

/** One architecture: how its configuration reads and which tensors it needs. */
export interface ModelFamily {
  /** Hugging Face's model_type and GGUF's general.architecture. */
  readonly name: string;
  /** @throws ModelError "bad-config". */
  readHuggingFaceConfig(fields: ConfigFields): FamilyConfig;
  /** @throws ModelError "bad-config", "missing-tensor". */
  readGgufConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig;
  expectedTensors(config: FamilyConfig): readonly ExpectedTensor[];
}
