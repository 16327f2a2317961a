/** Who may join and what members get, for whoever only reads it. */
import type { Drop } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/section.tsx';

export function WhoMayJoinFacts({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const { codeRequired } = drop.access;
  return (
    <Section title={t('access.who')}>
      <p>{t(codeRequired ? 'access.who-code' : 'access.who-all')}</p>
    </Section>
  );
}

type MemberClass = NonNullable<Drop['access']['members']>['classes'][number];

export function MemberFacts({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const { members } = drop.access;
  const number = (field: 'band' | 'chances' | 'headStartSeconds'): Column<MemberClass> => ({
    ...{ id: field, header: t(`access.class-${field}`), accessorFn: (one) => one[field] },
    meta: { align: 'end' },
  });
  const columns: Column<MemberClass>[] = [
    {
      ...{ id: 'name', header: t('access.class-name'), accessorFn: ({ name }) => name },
      meta: { isRowHeader: true },
    },
    ...(['band', 'chances', 'headStartSeconds'] as const).map(number),
  ];
  return (
    <Section title={t('access.classes')} lead={t('access.classes-lead')}>
      {members === null || members.classes.length === 0 ? (
        <p>{t('access.classes-none')}</p>
      ) : (
        <DataTable
          caption={t('access.classes')}
          columns={columns}
          rows={members.classes}
          idOf={({ name }) => name}
        />
      )}
      {members !== null && (
        <Facts
          facts={[
            [t('access.keys'), members.keys.map(({ kid = '–' }) => kid).join(', ')],
            [t('access.chances-max'), members.chancesMax],
            [t('access.head-start-max'), members.headStartSecondsMax],
          ]}
        />
      )}
    </Section>
  );
}
