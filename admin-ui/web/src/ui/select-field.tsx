/** One of a few, or of many that one knows by name: the browser's own list, which everybody can work. */
import { useId } from 'react';
import { useMendable, useReasonFor } from './form.tsx';

export interface SelectFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly help?: string;
  readonly isDisabled?: boolean;
}

export function SelectField({
  name,
  label,
  value,
  onChange,
  options,
  help,
  isDisabled = false,
}: SelectFieldProps) {
  const id = useId();
  const { reason, mend } = useMendable(useReasonFor(name));
  const described = [help && `${id}-help`, reason && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {help && (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      )}
      <select
        id={id}
        name={name}
        className="input"
        value={value}
        disabled={isDisabled}
        aria-invalid={reason !== undefined}
        {...(described && { 'aria-describedby': described })}
        onChange={({ target }) => {
          mend();
          onChange(target.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {reason && (
        <span id={`${id}-fault`} className="fault">
          {reason}
        </span>
      )}
    </div>
  );
}
