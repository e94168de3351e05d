import type { DecodeSettings } from "../decode-settings.ts";

/** One thing to measure of a model. */
export type DecodeCase =
  | { readonly kind: "decode"; readonly context: number; readonly batch: number }
  | { readonly kind: "prefill"; readonly context: number };

/** Says of which model a case is, and what. */
export function decodeCaseName(model: string, decodeCase: DecodeCase): string {
  const { kind, context } = decodeCase;
  const batch = decodeCase.kind === "decode" ? `, batch ${decodeCase.batch}` : "";
  return `${model}: ${kind}, context ${context}${batch}`;
}

/** A model's cases, the most telling first: decode at the longest context and at the one nearest 1,024, prefill, the rest. */
export function decodeCases(settings: DecodeSettings, modelContext: number): readonly DecodeCase[] {
  const room = settings.warmup + settings.tokens + 1;
  const fits = (context: number): boolean => context + room <= modelContext;
  const descending = settings.contexts.filter(fits).toSorted((a, b) => b - a);
  const [longest, ...others] = descending;
  const middle = others.toSorted((a, b) => Math.abs(a - 1024) - Math.abs(b - 1024))[0];
  const first = [longest, middle].filter((context) => context !== undefined);
  const rest = others.filter((context) => context !== middle);
  const decode = (context: number): DecodeCase => ({ kind: "decode", context, batch: 1 });
  const isAlone = settings.batches.includes(1);
  const prefills = [settings.prefillTokens].filter(fits);
  const batches = fits(settings.batchContext) ? settings.batches.filter((batch) => batch > 1) : [];
  return [
    ...(isAlone ? first.map(decode) : []),
    ...prefills.map((context): DecodeCase => ({ kind: "prefill", context })),
    ...(isAlone ? rest.map(decode) : []),
    ...batches.map(
      (batch): DecodeCase => ({
        kind: "decode",
        context: settings.batchContext,
        batch,
      }),
    ),
  ];
}
