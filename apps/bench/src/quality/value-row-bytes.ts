import type { Model, Session } from "@sift-attention/model-runtime";

/** Bytes of one value row in the cache, as the runtime itself counts them on a generated token. */
export async function valueRowBytes(model: Model, session: Session): Promise<number> {
  const stops = [...model.config.stopTokens, ...model.generationDefaults.stopTokens];
  const generation = session.generate([1, 1, 1], {
    maxTokens: 2,
    temperature: 0,
    attention: { kind: "full" },
    logitBias: new Map(stops.map((id) => [id, -1e4])),
  });
  for await (const { statistics } of generation) {
    if (statistics) return statistics.valueBytesRead / statistics.valueRowsRead;
  }
  throw new Error("value-row-bytes: expected statistics with the second token, got none");
}
