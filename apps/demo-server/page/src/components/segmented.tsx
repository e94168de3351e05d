interface SegmentedProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly {
    readonly value: T;
    readonly label: string;
    readonly off?: boolean;
  }[];
  readonly onChange: (value: T) => void;
}

/** A row of radio buttons that looks like one switch. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { legend, name, value, options, onChange } = props;
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.off ?? false}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
