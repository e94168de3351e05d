import { useId } from "preact/hooks";

interface SliderFieldProps {
  readonly label: string;
  /** What the value means, in words, beside the label. */
  readonly reading: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A labelled slider that says what its value means. */
export function SliderField({ label, reading, value, onChange, ...range }: SliderFieldProps) {
  const id = useId();
  const fill = (value - range.min) / (range.max - range.min);
  return (
    <div class="field slider-field">
      <label for={id}>{label}</label>
      <output for={id}>{reading}</output>
      <input
        id={id}
        type="range"
        value={value}
        {...range}
        style={{ "--fill": fill.toFixed(3) }}
        aria-valuetext={reading}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </div>
  );
}
