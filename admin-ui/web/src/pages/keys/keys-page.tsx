/** Keys of scripts: made with scopes, told once, revoked. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Key, KeyList, MadeKey } from '../../api/office-contract.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ToldOnce } from '../../ui/told-once.tsx';
import { KeyDialog } from './key-dialog.tsx';

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const isOver = (key: Key) =>
  key.revokedAt !== null || (key.expiresAt !== null && new Date(key.expiresAt) <= new Date());

export default function KeysPage() {
  const t = useText();
  const faultText = useFaultText();
  const query = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => read<KeyList>('/api/v1/keys', signal),
  });
  const [isMaking, make] = useState(false);
  const [made, show] = useState<MadeKey | null>(null);
  const [doomed, doom] = useState<Key | null>(null);
  const revoke = useMutation({
    mutationFn: (id: string) => request('DELETE', `/api/v1/keys/${id}`),
    onSuccess: () => tell(t('keys.revoked-now')),
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled() {
      doom(null);
      void query.refetch();
    },
  });
  const columns = useMemo<Column<Key>[]>(
    () => [
      {
        id: 'name',
        header: t('keys.name'),
        accessorFn: ({ name }) => name,
        cell: ({ row: { original } }) => (
          <>
            {original.name}
            <div className="help">
              <code>{original.id}…</code>
            </div>
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'scopes',
        header: t('keys.scopes'),
        accessorFn: ({ scopes }) => scopes.join(', '),
        cell: ({ row: { original } }) => (
          <>
            {original.scopes.join(', ')}
            <div className="help">
              {original.drops === null
                ? t('people.all-drops')
                : t('people.some-drops', { count: original.drops.length })}
            </div>
          </>
        ),
        meta: { isMinor: true },
      },
      {
        id: 'used',
        header: t('keys.used'),
        accessorFn: ({ lastUsedAt }) => lastUsedAt ?? '',
        cell: ({ row: { original } }) =>
          original.lastUsedAt === null ? (
            t('keys.never')
          ) : (
            <Moment at={original.lastUsedAt} zone={OWN_ZONE} />
          ),
      },
      {
        id: 'ends',
        header: t('keys.ends'),
        accessorFn: ({ expiresAt }) => expiresAt ?? '',
        cell: ({ row: { original } }) => {
          if (original.revokedAt !== null) return <Badge tone="danger">{t('keys.revoked')}</Badge>;
          if (isOver(original)) return <Badge tone="neutral">{t('keys.expired')}</Badge>;
          return original.expiresAt === null ? (
            t('keys.never')
          ) : (
            <Moment at={original.expiresAt} zone={OWN_ZONE} />
          );
        },
      },
      {
        id: 'revoke',
        header: t('keys.revoke'),
        enableSorting: false,
        cell: ({ row: { original } }) =>
          isOver(original) ? null : (
            <Button
              variant="quiet"
              aria-label={t('keys.revoke-one', { name: original.name })}
              onPress={() => doom(original)}
            >
              {t('keys.revoke')}
            </Button>
          ),
      },
    ],
    [t],
  );
  return (
    <>
      <PageHeader
        title={t('keys.title')}
        actions={
          <Button variant="primary" onPress={() => make(true)}>
            {t('keys.make')}
          </Button>
        }
      >
        {t('keys.lead')}
      </PageHeader>
      {made && (
        <ToldOnce
          title={t('keys.made', { name: made.name })}
          lead={t('keys.made-lead')}
          secret={made.key}
          onKept={() => show(null)}
        />
      )}
      <Answered query={query} lines={4}>
        {({ keys }) => (
          <DataTable
            caption={t('keys.title')}
            columns={columns}
            rows={keys}
            idOf={({ id }) => id}
            empty={<Empty title={t('keys.none')}>{t('keys.none-lead')}</Empty>}
          />
        )}
      </Answered>
      {isMaking && (
        <KeyDialog
          onClose={(key) => {
            make(false);
            if (key) show(key);
            void query.refetch();
          }}
        />
      )}
      <Dialog
        isOpen={doomed !== null}
        role="alertdialog"
        title={t('keys.revoke-one', { name: doomed?.name ?? '' })}
        onClose={() => doom(null)}
      >
        <p>{t('keys.revoke-lead')}</p>
        <div className="actions">
          <Button autoFocus onPress={() => doom(null)}>
            {t('ui.cancel')}
          </Button>
          <Button
            variant="danger"
            isPending={revoke.isPending}
            onPress={() => doomed && revoke.mutate(doomed.id)}
          >
            {t('keys.revoke')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
