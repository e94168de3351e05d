import { attention } from "../page-state.ts";
import type { AttentionChoice } from "../settings/attention-choice.ts";
import { NumberField } from "./number-field.tsx";
import { SelectField } from "./select-field.tsx";
import { SliderField } from "./slider-field.tsx";

const RULES = [
  { value: "mean-value", label: "Put back the mean value" },
  { value: "renormalise", label: "Renormalise the kept" },
  { value: "none", label: "Leave it out (paper)" },
] as const;
const CLOCKS = [
  { value: "context-length", label: "Context length" },
  { value: "generated-steps", label: "Generated steps (paper)" },
] as const;
const FITS = [
  { value: "slope-prior", label: "Slope prior" },
  { value: "least-squares", label: "Least squares (paper)" },
  { value: "theil-sen", label: "Theil–Sen" },
] as const;

function change(part: Partial<AttentionChoice>): void {
  attention.value = { ...attention.value, ...part };
}

const share = (fraction: number): string => `${Number((100 * fraction).toFixed(1))} %`;

/** The settings of the chosen method. */
export function AttentionFields() {
  const choice = attention.value;
  if (choice.kind === "full") return <p class="no-settings">Full attention has no settings.</p>;
  return (
    <div class="fields">
      {choice.kind === "sift" ? <SiftFields choice={choice} /> : <TopKFields choice={choice} />}
      <SelectField
        label="Dropped mass"
        value={choice.droppedMass}
        options={RULES}
        onChange={(droppedMass) => change({ droppedMass })}
      />
      {choice.kind === "sift" && <LawFields choice={choice} />}
    </div>
  );
}

function TopKFields({ choice }: { readonly choice: AttentionChoice }) {
  return (
    <SliderField
      label="Fraction"
      reading={`keeps ${share(choice.fraction)}`}
      value={choice.fraction}
      min={0.01}
      max={1}
      step={0.01}
      onChange={(fraction) => change({ fraction })}
    />
  );
}

function SiftFields({ choice }: { readonly choice: AttentionChoice }) {
  return (
    <>
      <SliderField
        label="Quantile τ"
        reading={`${choice.quantile}: keeps about ${share(1 - choice.quantile)}`}
        value={choice.quantile}
        min={0.05}
        max={0.99}
        step={0.01}
        onChange={(quantile) => change({ quantile })}
      />
      <NumberField
        label="Warmup steps"
        hint="Steps under full attention, in which the power law is learned; 0: as many as it needs"
        value={choice.warmup}
        min={0}
        max={4096}
        step={1}
        onChange={(warmup) => change({ warmup })}
      />
    </>
  );
}

function LawFields({ choice }: { readonly choice: AttentionChoice }) {
  return (
    <details class="more">
      <summary>Law settings</summary>
      <div class="fields">
        <SelectField
          label="Falls with"
          value={choice.clock}
          options={CLOCKS}
          onChange={(clock) => change({ clock })}
        />
        <SelectField
          label="Fitted by"
          value={choice.fit}
          options={FITS}
          onChange={(fit) => change({ fit })}
        />
      </div>
    </details>
  );
}
