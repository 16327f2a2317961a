/** The codes of a drop: whom they are for and how often they were used. They themselves are shown once, when they are made. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useIntl } from 'react-intl';
import { faultOf } from '../../api/api-fault.ts';
import type { CodeBatch, Codes, Drop, MadeCodes } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { CodesDialog } from './codes-dialog.tsx';
import { MadeNote } from './made-note.tsx';

/** Guests come while somebody looks. */
const REFRESH_MS = 3_000;

export function CodeLists({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const client = useQueryClient();
  const mayPlan = useMay()('drops.plan');
  const query = useQuery({
    queryKey: ['codes', drop.id],
    queryFn: ({ signal }) => read<Codes>(`/api/v1/drops/${drop.id}/codes`, signal),
    refetchInterval: REFRESH_MS,
  });
  const [making, make] = useState<CodeBatch['kind'] | null>(null);
  const [made, show] = useState<MadeCodes | null>(null);
  const [doomed, doom] = useState<CodeBatch | null>(null);
  const isDone = (codes: MadeCodes | null) => {
    make(null);
    if (codes) show(codes);
    // The drop's version has risen with it.
    void client.invalidateQueries(dropQuery(drop.id));
    void query.refetch();
  };
  return (
    <>
      {made && <MadeNote drop={drop.id} made={made} onKept={() => show(null)} />}
      {(['access', 'bypass'] as const).map((kind) => (
        <Section key={kind} title={t(`access.${kind}`)} lead={t(`access.${kind}-lead`)}>
          <Answered query={query} lines={2}>
            {({ batches }) => (
              <Batches
                drop={drop}
                kind={kind}
                batches={batches.filter((batch) => batch.kind === kind)}
                onRevoke={mayPlan ? doom : null}
              />
            )}
          </Answered>
          {mayPlan && (
            <div className="actions">
              <Button onPress={() => make(kind)}>{t(`access.${kind}-make`)}</Button>
            </div>
          )}
        </Section>
      ))}
      {making && <CodesDialog drop={drop.id} kind={making} onClose={isDone} />}
      <RevokeDialog
        drop={drop.id}
        batch={doomed}
        onClose={() => {
          doom(null);
          isDone(null);
        }}
      />
    </>
  );
}

interface BatchesProps {
  readonly drop: Drop;
  readonly kind: CodeBatch['kind'];
  readonly batches: readonly CodeBatch[];
  readonly onRevoke: ((batch: CodeBatch) => void) | null;
}

function Batches({ drop, kind, batches, onRevoke }: BatchesProps) {
  const t = useText();
  const intl = useIntl();
  const columns = useMemo<Column<CodeBatch>[]>(
    () => [
      {
        ...{ id: 'label', header: t('access.label'), accessorFn: ({ label }) => label },
        meta: { isRowHeader: true },
      },
      {
        ...{ id: 'count', header: t('access.count'), accessorFn: ({ count }) => count },
        cell: ({ row: { original } }) =>
          original.isWord ? t('access.a-word') : intl.formatNumber(original.count),
        meta: { align: 'end', isMinor: true },
      },
      {
        ...{ id: 'uses', header: t('access.uses'), accessorFn: ({ uses }) => uses },
        cell: ({ row: { original } }) =>
          t('access.uses-of', { uses: original.uses, max: original.count * original.usesMax }),
        meta: { align: 'end' },
      },
      {
        ...{ id: 'made', header: t('access.made'), accessorFn: ({ createdAt }) => createdAt },
        cell: ({ row: { original } }) => <Moment at={original.createdAt} zone={drop.timeZone} />,
        meta: { isMinor: true },
      },
      {
        ...{ id: 'revoke', header: t('access.revoke'), enableSorting: false },
        cell: ({ row: { original } }) => {
          if (original.revokedAt !== null) return <Badge tone="danger">{t('access.revoked')}</Badge>;
          if (onRevoke === null) return <Badge tone="good">{t('access.good')}</Badge>;
          return (
            <Button
              variant="quiet"
              aria-label={t('access.revoke-one', { label: original.label })}
              onPress={() => onRevoke(original)}
            >
              {t('access.revoke')}
            </Button>
          );
        },
      },
    ],
    [t, intl, drop.timeZone, onRevoke],
  );
  return (
    <DataTable
      caption={t(`access.${kind}`)}
      columns={columns}
      rows={batches}
      idOf={({ number }) => String(number)}
      empty={<Empty title={t(`access.${kind}-none`)}>{t(`access.${kind}-none-lead`)}</Empty>}
    />
  );
}

interface RevokeDialogProps {
  readonly drop: string;
  readonly batch: CodeBatch | null;
  onClose(): void;
}

function RevokeDialog({ drop, batch, onClose }: RevokeDialogProps) {
  const t = useText();
  const faultText = useFaultText();
  const revoke = useMutation({
    mutationFn: (number: number) =>
      request('POST', `/api/v1/drops/${drop}/codes/${number}/revocation`, { body: {} }),
    onSuccess: () => tell(t('access.revoked-now')),
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled: onClose,
  });
  return (
    <Dialog
      isOpen={batch !== null}
      role="alertdialog"
      title={t('access.revoke-one', { label: batch?.label ?? '' })}
      onClose={onClose}
    >
      <p>{t('access.revoke-lead')}</p>
      <div className="actions">
        <Button autoFocus onPress={onClose}>
          {t('ui.cancel')}
        </Button>
        <Button
          variant="danger"
          isPending={revoke.isPending}
          onPress={() => batch && revoke.mutate(batch.number)}
        >
          {t('access.revoke')}
        </Button>
      </div>
    </Dialog>
  );
}
