/** The whole admission policy: every field with its default, its bounds and why it is there. */
import { useIntl } from 'react-intl';
import {
  POLICY_GROUPS,
  POLICY_TABLE,
  type PolicyField,
  type PolicyName,
  type PolicyTexts,
} from '../../domain/policy-table.ts';
import { useText } from '../../i18n/language.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';

export interface PolicyFieldsProps {
  readonly texts: PolicyTexts;
  onChange(texts: PolicyTexts): void;
  /** Before the names of fields in what is sent: `admission.` */
  readonly prefix?: string;
}

export function PolicyFields({ texts, onChange, prefix = '' }: PolicyFieldsProps) {
  const t = useText();
  const intl = useIntl();
  const helpOf = (name: PolicyName): string => {
    const field: PolicyField = POLICY_TABLE[name];
    const why = t(`policy.${name}-why`);
    if (field.kind !== 'number')
      return `${why} ${t('policy.default', { value: wordOf(String(field.default)) })}`;
    const bounds = { min: intl.formatNumber(field.min), max: intl.formatNumber(field.max) };
    const preset = field.default === null ? t('policy.none') : intl.formatNumber(field.default);
    return `${why} ${t('policy.bounds', { ...bounds, value: preset })}`;
  };
  const wordOf = (word: string): string => t(`policy.word-${word}`);
  return (
    <div className="policy">
      {POLICY_GROUPS.map(({ name: group, fields }) => (
        <fieldset key={group}>
          <legend>{t(`policy.group-${group}`)}</legend>
          {fields.map((name) => {
            const field: PolicyField = POLICY_TABLE[name];
            const shared = {
              ...{
                name: `${prefix}${name}`,
                label: t(`policy.${name}`),
                value: texts[name],
                help: helpOf(name),
              },
              onChange: (text: string) => onChange({ ...texts, [name]: text }),
            };
            if (field.kind === 'number')
              return <TextField key={name} {...shared} inputMode="numeric" isRequired={!field.isNullable} />;
            const words = field.kind === 'choice' ? field.of : ['true', 'false'];
            return (
              <SelectField
                key={name}
                {...shared}
                options={words.map((word) => ({ value: word, label: wordOf(word) }))}
              />
            );
          })}
        </fieldset>
      ))}
    </div>
  );
}
