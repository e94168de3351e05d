/** What the model file holds, for checks and displays that should not have to read 30 MB first. */
export const modelFacts: {
  readonly name: string;
  /** Bytes of the file. */
  readonly byteLength: number;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
  readonly parameters: number;
  readonly layers: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Longest context it was trained for, in tokens. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  /** Ids that end a text: end of turn, end of text. */
  readonly stopTokens: readonly number[];
} = {
  name: "tales-28m",
  byteLength: 30_393_248,
  sha256: "2ed9ede60c124c546b62a282f27fd3aaf6dd5a0635b9463c6e620fc1890cefb6",
  parameters: 28_320_256,
  layers: 8,
  queryHeads: 8,
  kvHeads: 2,
  headDim: 64,
  contextLength: 8192,
  vocabularySize: 8192,
  stopTokens: [2, 0],
};
