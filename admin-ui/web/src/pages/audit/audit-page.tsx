/** Everything that was done: filtered, opened, taken away, and whether anybody has touched the log itself. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useDropChoices, useDropNames, useDropZones } from '../../api/drop-zones.ts';
import type { AuditVerdict, Entry, EntryList } from '../../api/office-contract.ts';
import { read } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { recordedChanges, useRecordWords } from '../../ui/record-words/record-words.ts';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import '../../ui/office.css';

interface Filters {
  readonly drop: string;
  readonly actor: string;
  readonly act: string;
}

/** What acts begin with. */
const KINDS = [
  'drop.',
  'rate.',
  'policy.',
  'page.',
  'stock.',
  'order',
  'ticket.',
  'webhook.',
  'account.',
  'key.',
  'sign-in',
];

export default function AuditPage() {
  const t = useText();
  const given = useSearch({ strict: false }) as Partial<Filters>;
  const filters: Filters = { drop: given.drop ?? '', actor: given.actor ?? '', act: given.act ?? '' };
  const asked = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
  const query = useInfiniteQuery({
    queryKey: ['audit', asked.toString()],
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams(asked);
      if (pageParam) page.set('before', String(pageParam));
      return read<EntryList>(`/api/v1/audit?${page}`, signal);
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }: EntryList) => next,
  });
  const [opened, open] = useState<Entry | null>(null);
  return (
    <>
      <PageHeader
        title={t('audit.title')}
        actions={
          <a className="button plain" href={`/api/v1/audit/export?${asked}`} download="audit.jsonl">
            {t('audit.export')}
          </a>
        }
      >
        {t('audit.lead')}
      </PageHeader>
      <Verification />
      <FilterForm key={asked.toString()} filters={filters} />
      <Answered query={query} lines={8}>
        {({ pages }) => (
          <>
            <Entries entries={pages.flatMap(({ entries }) => entries)} onOpen={open} />
            {query.hasNextPage && (
              <Button onPress={() => void query.fetchNextPage()} isPending={query.isFetchingNextPage}>
                {t('audit.more')}
              </Button>
            )}
          </>
        )}
      </Answered>
      {opened && <EntryDialog entry={opened} onClose={() => open(null)} />}
    </>
  );
}

function Verification() {
  const t = useText();
  const [verdict, tellVerdict] = useState<AuditVerdict | null>(null);
  const verify = useSubmit(async () => {
    tellVerdict(await read<AuditVerdict>('/api/v1/audit/verification'));
  });
  return (
    <div className={verdict === null ? 'note' : verdict.isIntact ? 'note good' : 'note danger'} role="status">
      <p>
        {verdict === null
          ? t('audit.not-verified')
          : t(verdict.isIntact ? 'audit.intact' : 'audit.broken', {
              entries: verdict.entries,
              heads: verdict.heads,
              faults: verdict.faults.length,
            })}
      </p>
      {verdict && verdict.faults.length > 0 && (
        <ul>
          {verdict.faults.map(({ seq, kind, detail }) => (
            <li key={`${seq} ${kind}`}>
              {seq}: {t(`audit.is-${kind}`)} – {detail}
            </li>
          ))}
        </ul>
      )}
      {verify.fault && <FaultNote fault={verify.fault} />}
      <Button onPress={() => void verify()} isPending={verify.isBusy}>
        {t('audit.verify')}
      </Button>
    </div>
  );
}

function FilterForm({ filters }: { readonly filters: Filters }) {
  const t = useText();
  const navigate = useNavigate();
  const drops = useDropChoices();
  const [actor, setActor] = useState(filters.actor);
  const show = (change: Partial<Filters>) => {
    const search = Object.entries({ ...filters, actor: actor.trim(), ...change }).filter(
      ([, value]) => value !== '',
    );
    return navigate({ to: '.', search: Object.fromEntries(search) as never });
  };
  const submit = useSubmit(async () => {
    await show({});
  });
  return (
    <Form submit={submit} className="filters">
      <TextField name="actor" label={t('audit.who')} value={actor} onChange={setActor} isRequired />
      <SelectField
        name="act"
        label={t('audit.what')}
        value={filters.act}
        onChange={(act) => void show({ act })}
        options={[
          { value: '', label: t('audit.everything') },
          ...KINDS.map((kind) => ({ value: kind, label: t(`audit.kind-${kind.replace('.', '')}`) })),
        ]}
      />
      <SelectField
        name="drop"
        label={t('audit.drop')}
        value={filters.drop}
        onChange={(drop) => void show({ drop })}
        options={[{ value: '', label: t('orders.any-drop') }, ...drops]}
      />
      <div className="actions">
        <Button type="submit" variant="primary">
          {t('audit.filter')}
        </Button>
      </div>
    </Form>
  );
}

function Entries({ entries, onOpen }: { readonly entries: readonly Entry[]; onOpen(entry: Entry): void }) {
  const t = useText();
  const zoneOf = useDropZones();
  const words = useRecordWords();
  const nameOf = useDropNames();
  const columns = useMemo<Column<Entry>[]>(
    () => [
      {
        id: 'at',
        header: t('audit.when'),
        accessorFn: ({ seq }) => seq,
        cell: ({ row: { original } }) => <Moment at={original.at} zone={zoneOf(original.drop)} isExact />,
      },
      { id: 'actor', header: t('audit.who'), accessorFn: ({ actor }) => actor },
      {
        id: 'act',
        header: t('audit.what'),
        accessorFn: ({ act }) => act,
        cell: ({ row: { original } }) => (
          <>
            {words.act(original.act)} {original.isUndone && <Badge tone="warning">{t('audit.undone')}</Badge>}
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'drop',
        header: t('audit.drop'),
        accessorFn: ({ drop }) => (drop === null ? '–' : nameOf(drop)),
        meta: { isMinor: true },
      },
      {
        id: 'why',
        header: t('audit.why'),
        accessorFn: ({ reason }) => reason ?? '–',
        meta: { isMinor: true },
      },
      {
        id: 'open',
        header: t('audit.open'),
        enableSorting: false,
        cell: ({ row: { original } }) => (
          <Button
            variant="quiet"
            aria-label={t('audit.open-one', { seq: original.seq })}
            onPress={() => onOpen(original)}
          >
            {t('audit.open')}
          </Button>
        ),
      },
    ],
    [t, words, zoneOf, nameOf, onOpen],
  );
  return (
    <DataTable
      caption={t('audit.title')}
      columns={columns}
      rows={entries}
      idOf={({ seq }) => String(seq)}
      empty={<Empty title={t('audit.none')} />}
    />
  );
}

function EntryDialog({ entry, onClose }: { readonly entry: Entry; onClose(): void }) {
  const t = useText();
  const zone = useDropZones()(entry.drop);
  const words = useRecordWords(zone);
  const changes = recordedChanges(entry.before, entry.after);
  return (
    <Dialog isOpen size="large" title={t('audit.entry', { seq: entry.seq })} onClose={onClose}>
      <Facts
        facts={[
          [t('audit.what'), words.act(entry.act)],
          [t('audit.who'), entry.actor],
          [t('audit.when'), <Moment key="at" at={entry.at} zone={zone} isExact />],
          [t('audit.drop'), entry.drop ?? '–'],
          [t('audit.why'), entry.reason ?? '–'],
        ]}
      />
      {changes.length > 0 && (
        <div className="scrolls">
          <table className="changes">
            <thead>
              <tr>
                <th scope="col">{t('audit.member')}</th>
                <th scope="col">{t('audit.before')}</th>
                <th scope="col">{t('audit.after')}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ path, from, to }) => (
                <tr key={path}>
                  <th scope="row">{words.field(path)}</th>
                  <td>{words.value(from)}</td>
                  <td>{words.value(to)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details>
        <summary>{t('audit.as-recorded')}</summary>
        <pre className="entry">
          {JSON.stringify({ act: entry.act, before: entry.before, after: entry.after }, null, 2)}
        </pre>
      </details>
      <p className="help secret">{entry.hash}</p>
      <div className="actions">
        <Button autoFocus onPress={onClose}>
          {t('audit.close')}
        </Button>
      </div>
    </Dialog>
  );
}
