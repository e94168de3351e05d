import type { SamplingOptions } from "../generate-options.ts";
import type { ConfigFields } from "./config-fields.ts";

/**
 * Sampling that a generation_config.json asks for. `do_sample: false` means greedy, whatever the temperature says;
 * without a temperature `do_sample: true` means 1.
 * @throws ModelError "bad-config" for a value out of range.
 */
export function readSamplingDefaults(fields: ConfigFields): SamplingOptions {
  return {
    ...optional("temperature", readTemperature(fields)),
    ...optional("topP", readNumber(fields, "top_p", { max: 1 })),
    ...optional("topK", fields.has("top_k") ? fields.count("top_k", { min: 0 }) : undefined),
    ...optional("minP", readNumber(fields, "min_p", { min: 0, max: 1 })),
    ...optional("repetitionPenalty", readNumber(fields, "repetition_penalty", {})),
  };
}

function readTemperature(fields: ConfigFields): number | undefined {
  if (!fields.flag("do_sample", true)) return undefined;
  if (fields.has("temperature")) return fields.number("temperature", { min: 0 });
  return fields.has("do_sample") ? 1 : undefined;
}

function readNumber(
  fields: ConfigFields,
  key: string,
  rule: { readonly min?: number; readonly max?: number },
): number | undefined {
  return fields.has(key) ? fields.number(key, rule) : undefined;
}

function optional<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: number });
}
