/** Where else one is signed in, and how to end that. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import { faultOf } from '../../api/api-fault.ts';
import type { SessionList } from '../../api/contract.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';

type OpenSession = SessionList['sessions'][number];
const KEY = ['sessions'];

export function OpenSessions() {
  const t = useText();
  const intl = useIntl();
  const client = useQueryClient();
  const faultText = useFaultText();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => read<SessionList>('/api/v1/session/others', signal),
  });
  const end = useMutation({
    mutationFn: (id: string) => request('DELETE', `/api/v1/session/others/${id}`),
    onSuccess: () => tell(t('account.ended')),
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const columns = useMemo<Column<OpenSession>[]>(
    () => [
      {
        id: 'browser',
        header: t('account.browser'),
        accessorFn: ({ userAgent }) => browserIn(userAgent) || t('account.unknown-browser'),
        cell: ({ row: { original }, getValue }) => (
          <>
            {String(getValue())} {original.isThis && <Badge tone="accent">{t('account.this')}</Badge>}
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'seen',
        header: t('account.seen'),
        accessorFn: ({ seenAt }) => seenAt,
        cell: ({ row: { original } }) => (
          <time dateTime={original.seenAt}>
            {intl.formatDate(original.seenAt, { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
        ),
      },
      {
        id: 'end',
        header: t('account.end'),
        enableSorting: false,
        cell: ({ row: { original } }) =>
          original.isThis ? null : (
            <Button variant="quiet" onPress={() => end.mutate(original.id)} isDisabled={end.isPending}>
              {t('account.end-it')}
            </Button>
          ),
      },
    ],
    [t, intl, end.mutate, end.isPending],
  );
  return (
    <Section title={t('account.sessions')} lead={t('account.sessions-lead')}>
      <Answered query={query}>
        {({ sessions }) => (
          <DataTable
            caption={t('account.sessions')}
            columns={columns}
            rows={sessions}
            idOf={({ id }) => id}
          />
        )}
      </Answered>
    </Section>
  );
}

/** As much of it as tells one's own browsers apart. */
function browserIn(userAgent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(
    userAgent.replace(/HeadlessChrome/, 'Chrome'),
  );
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent);
  return [browser && `${browser[1]} ${browser[2]}`, system?.[1]].filter(Boolean).join(', ');
}
