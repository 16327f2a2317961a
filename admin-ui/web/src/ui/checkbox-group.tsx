/** Several of a few: boxes under one name. */
import './office.css';
import { useId } from 'react';
import { useReasonFor } from './form.tsx';

export interface CheckboxGroupProps {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: readonly string[];
  readonly isDisabled?: boolean;
  onChange(value: string[]): void;
}

export function CheckboxGroup({
  name,
  label,
  help,
  options,
  value,
  onChange,
  isDisabled,
}: CheckboxGroupProps) {
  const id = useId();
  const reason = useReasonFor(name);
  const described = [help && `${id}-help`, reason && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <fieldset className="field checks" {...(described && { 'aria-describedby': described })}>
      <legend>{label}</legend>
      {help && (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      )}
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="checkbox"
            name={name}
            value={option.value}
            disabled={isDisabled}
            checked={value.includes(option.value)}
            onChange={({ target }) =>
              onChange(
                target.checked ? [...value, option.value] : value.filter((one) => one !== option.value),
              )
            }
          />
          {option.label}
        </label>
      ))}
      {reason && (
        <span id={`${id}-fault`} className="fault">
          {reason}
        </span>
      )}
    </fieldset>
  );
}
