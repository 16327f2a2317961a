/** One's passkeys: made and named, listed, taken off. The first one comes with recovery codes. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useIntl } from 'react-intl';
import { faultOf } from '../../api/api-fault.ts';
import type { PasskeyAdded, PasskeyList } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { hasPasskeys, makePasskey } from '../../session/passkeys.ts';
import { passkeysQuery, sessionQuery } from '../../session/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { Codes } from './codes.tsx';

type Passkey = PasskeyList['passkeys'][number];

export function PasskeysSection() {
  const t = useText();
  const client = useQueryClient();
  const query = useQuery(passkeysQuery);
  const [codes, show] = useState<readonly string[] | null>(null);
  const refresh = () =>
    Promise.all([client.invalidateQueries(passkeysQuery), client.invalidateQueries(sessionQuery)]);
  return (
    <Section title={t('passkeys.title')} lead={t('passkeys.lead')}>
      {codes && <Codes codes={codes} onKept={() => show(null)} />}
      <Answered query={query}>{({ passkeys }) => <List passkeys={passkeys} onRemoved={refresh} />}</Answered>
      {hasPasskeys() ? (
        <Addition
          onAdded={async ({ recoveryCodes }) => {
            show(recoveryCodes);
            tell(t('passkeys.added'));
            await refresh();
          }}
        />
      ) : (
        <p className="note">{t('passkeys.not-here')}</p>
      )}
    </Section>
  );
}

function Addition({ onAdded }: { onAdded(added: PasskeyAdded): Promise<void> }) {
  const t = useText();
  const [name, setName] = useState('');
  const submit = useSubmit(async () => {
    // The name first: nobody is asked for a finger in vain.
    if (name.trim() === '') return;
    const body = { name: name.trim(), passkey: await makePasskey() };
    const { content } = await request<PasskeyAdded>('POST', '/api/v1/mfa/passkeys', { body });
    setName('');
    await onAdded(content);
  });
  return (
    <Form submit={submit}>
      <TextField
        name="name"
        label={t('passkeys.name')}
        help={t('passkeys.name-help')}
        maxLength={100}
        value={name}
        onChange={setName}
        isRequired
      />
      <div className="actions">
        <Button type="submit" isPending={submit.isBusy} isDisabled={name.trim() === ''}>
          {t('passkeys.add')}
        </Button>
      </div>
    </Form>
  );
}

function List({ passkeys, onRemoved }: { readonly passkeys: readonly Passkey[]; onRemoved(): unknown }) {
  const t = useText();
  const intl = useIntl();
  const faultText = useFaultText();
  const { mutate, isPending } = useMutation({
    mutationFn: ({ id }: Passkey) => request('DELETE', `/api/v1/mfa/passkeys/${id}`),
    onSuccess: (_answer, { name }) => tell(t('passkeys.removed', { name })),
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled: onRemoved,
  });
  const columns = useMemo<Column<Passkey>[]>(() => {
    const day = (instant: string | null) =>
      instant === null ? t('passkeys.never') : intl.formatDate(instant, { dateStyle: 'medium' });
    return [
      {
        id: 'name',
        header: t('passkeys.name'),
        accessorFn: ({ name }) => name,
        cell: ({ row: { original } }) => (
          <>
            {original.name} {original.isBackedUp && <Badge tone="neutral">{t('passkeys.backed-up')}</Badge>}
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'made',
        header: t('passkeys.made'),
        accessorFn: ({ createdAt }) => createdAt,
        cell: ({ row: { original } }) => day(original.createdAt),
        meta: { isMinor: true },
      },
      {
        id: 'used',
        header: t('passkeys.used'),
        accessorFn: ({ lastUsedAt }) => lastUsedAt ?? '',
        cell: ({ row: { original } }) => day(original.lastUsedAt),
      },
      {
        id: 'remove',
        header: t('passkeys.remove'),
        enableSorting: false,
        cell: ({ row: { original } }) => (
          <Button variant="quiet" isDisabled={isPending} onPress={() => mutate(original)}>
            {t('passkeys.remove-it')}
            <span className="unseen"> {original.name}</span>
          </Button>
        ),
      },
    ];
  }, [t, intl, mutate, isPending]);
  return (
    <DataTable
      caption={t('passkeys.title')}
      columns={columns}
      rows={passkeys}
      idOf={({ id }) => id}
      empty={<Empty title={t('passkeys.none')} />}
    />
  );
}
