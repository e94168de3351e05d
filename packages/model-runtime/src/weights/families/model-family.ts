import type { ConfigFields } from "../config-fields.ts";
import type { ModelConfig } from "../model-config.ts";

/** A tensor that a model of the family must have. */
export interface ExpectedTensor {
  /** What the package calls it: Hugging Face's name in a Llama, where that has such a tensor. */
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly huggingFace: StoredPlace;
  readonly gguf: StoredPlace;
}

/** How a file stores a tensor. Steps are undone in this order: transposed, part, less one. */
export interface StoredPlace {
  /** The file's name. */
  readonly name: string;
  /** It is stored as [inputs, outputs]. */
  readonly transposed?: true;
  /** It is the rows from `first` on of a matrix that has `of` rows, or such numbers of a vector. */
  readonly part?: { readonly first: number; readonly of: number };
  /** Each number of a vector is stored less one. */
  readonly lessOne?: true;
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
  readonly name: string;
  readonly huggingFace: {
    /** The model_type of config.json. */
    readonly modelType: string;
    /** What the names of the tensors begin with in some files and not in others. */
    readonly prefix?: string;
    /** @throws ModelError "bad-config". */
    readConfig(fields: ConfigFields): FamilyConfig;
  };
  /** Absent where GGUF files are those of another family. */
  readonly gguf?: {
    /** The general.architecture of the metadata. */
    readonly architecture: string;
    /** @throws ModelError "bad-config", "missing-tensor". */
    readConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig;
  };
  expectedTensors(config: FamilyConfig): readonly ExpectedTensor[];
}
