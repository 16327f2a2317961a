/** One line, or several, of text with its label, its help and what the server says about it. */
import { TextField as AriaTextField, FieldError, Input, Label, Text, TextArea } from 'react-aria-components';
import { useText } from '../i18n/language.tsx';
import { useMendable, useReasonFor } from './form.tsx';

export interface TextFieldProps {
  /** In the body that is sent: the server's faults of it are shown here. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
  readonly help?: string;
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'search';
  readonly inputMode?: 'text' | 'numeric' | 'decimal';
  readonly autoComplete?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly isReadOnly?: boolean;
  readonly autoFocus?: boolean;
  readonly rows?: number;
  readonly maxLength?: number;
  /** Beside the field, such as its unit. */
  readonly unit?: string;
  /** Found out here, before anything is sent. */
  readonly fault?: string | undefined;
}

export function TextField(props: TextFieldProps) {
  const { name, label, help, rows, unit, type = 'text', fault, autoFocus = false, ...field } = props;
  const t = useText();
  const { reason, mend } = useMendable(useReasonFor(name));
  const shown = fault ?? reason;
  return (
    <AriaTextField
      {...field}
      name={name}
      type={type}
      autoFocus={autoFocus}
      isInvalid={shown !== undefined}
      validationBehavior="aria"
      className="field"
      onChange={(value) => {
        mend();
        props.onChange(value);
      }}
    >
      <Label>
        {label}
        {!props.isRequired && !props.isReadOnly && <span className="optional">{t('ui.optional')}</span>}
      </Label>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      {rows === undefined ? (
        <span className="with-unit">
          <Input className="input" />
          {unit && <span className="unit">{unit}</span>}
        </span>
      ) : (
        <TextArea className="input" rows={rows} />
      )}
      <FieldError className="fault">{shown}</FieldError>
    </AriaTextField>
  );
}
