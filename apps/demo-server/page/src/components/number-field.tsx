import { useId } from "preact/hooks";

interface NumberFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A labelled number; a value out of range is marked and not taken over. */
export function NumberField({ label, hint, value, onChange, ...range }: NumberFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} title={hint}>
        {label}
      </label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={value}
        title={hint}
        {...range}
        onInput={({ currentTarget }) => {
          if (isUsable(currentTarget, range.step)) onChange(currentTarget.valueAsNumber);
        }}
        onBlur={({ currentTarget }) => {
          currentTarget.value = String(value);
        }}
      />
    </div>
  );
}

/** Whether the text is a number in range, and a whole one where steps are whole. */
function isUsable(input: HTMLInputElement, step: number): boolean {
  const { badInput, rangeUnderflow, rangeOverflow } = input.validity;
  if (input.value === "" || badInput || rangeUnderflow || rangeOverflow) return false;
  return step !== 1 || Number.isInteger(input.valueAsNumber);
}
