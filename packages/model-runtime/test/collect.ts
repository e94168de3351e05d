import type { GeneratedToken, GenerateSummary, ScoredChunk } from "../src/index.ts";

/** Runs a generation to its end. */
export async function collect(
  generation: AsyncGenerator<GeneratedToken, GenerateSummary>,
): Promise<{ readonly tokens: readonly GeneratedToken[]; readonly summary: GenerateSummary }> {
  const tokens: GeneratedToken[] = [];
  for (;;) {
    const { value, done } = await generation.next();
    if (done) return { tokens, summary: value };
    tokens.push(value);
  }
}

/** Ids of a generation. */
export async function collectIds(
  generation: AsyncGenerator<GeneratedToken, GenerateSummary>,
): Promise<number[]> {
  return (await collect(generation)).tokens.map(({ id }) => id);
}

/** Logits of each reported row of a teacher-forced pass: [rows][vocabulary]. */
export async function collectLogits(scoring: AsyncGenerator<ScoredChunk>): Promise<Float32Array[]> {
  const logits: Float32Array[] = [];
  for await (const chunk of scoring) {
    const width = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      logits.push(chunk.logits.slice(row * width, (row + 1) * width));
    }
  }
  return logits;
}
