import type { SamplingSettings } from "../api/generation-request.ts";
import { info, sampling } from "../page-state.ts";
import { NumberField } from "./number-field.tsx";

function change(part: Partial<SamplingSettings>): void {
  sampling.value = { ...sampling.value, ...part };
}

/** How the next token is drawn. */
export function SamplingFields() {
  const { temperature, topP, maxTokens, seed, repetitionPenalty } = sampling.value;
  return (
    <fieldset class="sampling">
      <legend class="group-title">Sampling</legend>
      <NumberField
        label="Temperature"
        hint="0 always takes the likeliest token; higher is bolder"
        value={temperature}
        min={0}
        max={2}
        step={0.05}
        onChange={(value) => change({ temperature: value })}
      />
      <NumberField
        label="Top-p"
        hint="Draws from the likeliest tokens that together reach this probability"
        value={topP}
        min={0.01}
        max={1}
        step={0.01}
        onChange={(value) => change({ topP: value })}
      />
      <NumberField
        label="Max tokens"
        hint="Stops after this many tokens"
        value={maxTokens}
        min={1}
        max={info.value?.contextLength ?? 8192}
        step={1}
        onChange={(value) => change({ maxTokens: value })}
      />
      <NumberField
        label="Repeat penalty"
        hint="Above 1 makes tokens that were already written less likely"
        value={repetitionPenalty}
        min={0.5}
        max={2}
        step={0.05}
        onChange={(value) => change({ repetitionPenalty: value })}
      />
      <NumberField
        label="Seed"
        hint="The same seed, prompt and settings give the same text"
        value={seed}
        min={0}
        max={4294967295}
        step={1}
        onChange={(value) => change({ seed: value })}
      />
      <div class="field">
        <span class="field-spacer" aria-hidden="true" />
        <button
          type="button"
          class="button quiet"
          onClick={() => change({ seed: Math.floor(Math.random() * 1e6) })}
        >
          New seed
        </button>
      </div>
    </fieldset>
  );
}
