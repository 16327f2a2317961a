/** Who may come in and what they may: invited, changed, let in again, shut out. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Account, AccountList } from '../../api/office-contract.ts';
import { read } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered } from '../../ui/states.tsx';
import { ToldOnce } from '../../ui/told-once.tsx';
import { AccountDialog, InvitationDialog, type ToldLink } from './account-dialogs.tsx';

/** People work in many zones; theirs is the browser's. */
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function PeoplePage() {
  const t = useText();
  const query = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => read<AccountList>('/api/v1/accounts', signal),
  });
  const [open, show] = useState<Account | 'new' | null>(null);
  const [told, tellLink] = useState<ToldLink | null>(null);
  const close = (link: ToldLink | null) => {
    show(null);
    if (link) tellLink(link);
    void query.refetch();
  };
  return (
    <>
      <PageHeader
        title={t('people.title')}
        actions={
          <Button variant="primary" onPress={() => show('new')}>
            {t('people.invite')}
          </Button>
        }
      >
        {t('people.lead')}
      </PageHeader>
      {told && (
        <ToldOnce
          title={t('people.link', { email: told.email })}
          lead={t('people.link-lead')}
          secret={told.link}
          onKept={() => tellLink(null)}
        />
      )}
      <Answered query={query} lines={5}>
        {({ accounts }) => <People accounts={accounts} onOpen={show} />}
      </Answered>
      {open === 'new' && <InvitationDialog onClose={close} />}
      {open !== null && open !== 'new' && <AccountDialog account={open} onClose={close} />}
    </>
  );
}

function People({
  accounts,
  onOpen,
}: {
  readonly accounts: readonly Account[];
  onOpen(account: Account): void;
}) {
  const t = useText();
  const { account: me } = useSession();
  const columns = useMemo<Column<Account>[]>(
    () => [
      {
        id: 'name',
        header: t('people.name'),
        accessorFn: ({ name }) => name,
        cell: ({ row: { original } }) => (
          <>
            {original.name} {original.id === me.id && <Badge tone="accent">{t('people.you')}</Badge>}
            <div className="help">{original.email}</div>
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'role',
        header: t('people.role'),
        accessorFn: ({ role }) => t(`role.${role}`),
        cell: ({ row: { original } }) => (
          <>
            {t(`role.${original.role}`)}
            <div className="help">
              {original.drops === null
                ? t('people.all-drops')
                : t('people.some-drops', { count: original.drops.length })}
            </div>
          </>
        ),
      },
      {
        id: 'state',
        header: t('people.state'),
        accessorFn: ({ isDisabled }) => String(isDisabled),
        cell: ({ row: { original } }) => <AccountState account={original} />,
      },
      {
        id: 'seen',
        header: t('people.last-sign-in'),
        accessorFn: ({ lastSignInAt }) => lastSignInAt ?? '',
        cell: ({ row: { original } }) =>
          original.lastSignInAt === null ? '–' : <Moment at={original.lastSignInAt} zone={OWN_ZONE} />,
        meta: { isMinor: true },
      },
      {
        id: 'change',
        header: t('people.change'),
        enableSorting: false,
        cell: ({ row: { original } }) => (
          <Button
            variant="quiet"
            aria-label={t('people.change-one', { name: original.name })}
            onPress={() => onOpen(original)}
          >
            {t('people.change')}
          </Button>
        ),
      },
    ],
    [t, me.id, onOpen],
  );
  return <DataTable caption={t('people.title')} columns={columns} rows={accounts} idOf={({ id }) => id} />;
}

function AccountState({ account }: { readonly account: Account }) {
  const t = useText();
  if (account.isDisabled) return <Badge tone="danger">{t('people.disabled')}</Badge>;
  if (!account.hasPassword) return <Badge tone="neutral">{t('people.invited')}</Badge>;
  return (
    <>
      {account.isMfaSetUp ? (
        <Badge tone="good">{t('people.second-factor')}</Badge>
      ) : (
        <Badge tone="warning">{t('people.no-second-factor')}</Badge>
      )}{' '}
      {account.failedSignIns > 0 && (
        <Badge tone="warning">{t('people.failed', { count: account.failedSignIns })}</Badge>
      )}
    </>
  );
}
