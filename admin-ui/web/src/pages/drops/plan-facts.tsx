/** The plan of a drop for whoever only reads it: what it is, when, and how its line moves. */
import { Fragment, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { Drop } from '../../api/contract.ts';
import { POLICY_GROUPS, POLICY_TABLE, type PolicyField, type PolicyName } from '../../domain/policy-table.ts';
import { useText } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { spanText, withoutUnit } from '../../ui/record-words/plain-value.ts';
import { Section } from '../../ui/section.tsx';

export function BasicsFacts({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const intl = useIntl();
  const { name, opensAt, closesAt, timeZone, perShopperLimit } = drop;
  return (
    <Section title={t('drops.basics')}>
      <Facts
        facts={[
          [t('drops.name'), name],
          [t('drops.opens-at'), <Moment key="opens" at={opensAt} zone={timeZone} />],
          [
            t('drops.closes-at'),
            closesAt === null ? (
              t('drops.closes-never')
            ) : (
              <Moment key="closes" at={closesAt} zone={timeZone} />
            ),
          ],
          [t('drops.zone'), timeZone],
          [t('drops.limit'), intl.formatNumber(perShopperLimit)],
        ]}
      />
    </Section>
  );
}

export function PolicyFacts({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const intl = useIntl();
  const valueText = (name: PolicyName): ReactNode => {
    const field: PolicyField = POLICY_TABLE[name];
    const value = drop.admission[name];
    if (value === null) return t('change.none');
    if (field.kind !== 'number') return t(`policy.word-${String(value)}`);
    return name.endsWith('Seconds') ? spanText(intl, Number(value)) : intl.formatNumber(Number(value));
  };
  const labelOf = (name: PolicyName): string =>
    name.endsWith('Seconds') ? withoutUnit(t(`policy.${name}`)) : t(`policy.${name}`);
  return (
    <Section title={t('drops.policy')}>
      {POLICY_GROUPS.map(({ name: group, fields }) => (
        <Fragment key={group}>
          <h3 className="facts-title">{t(`policy.group-${group}`)}</h3>
          <Facts facts={fields.map((name) => [labelOf(name), valueText(name)] as const)} />
        </Fragment>
      ))}
    </Section>
  );
}
