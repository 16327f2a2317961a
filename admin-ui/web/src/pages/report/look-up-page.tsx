/** The story of a ticket, for whoever answers a shopper: by the reference they read out, an order, or the ticket itself. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useIntl } from 'react-intl';
import { dropQuery } from '../../api/drops.ts';
import type { LookUp } from '../../api/office-contract.ts';
import { request } from '../../api/request.ts';
import { searchBy } from '../../domain/order-search.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { Age } from '../../ui/moment.tsx';
import { useMoney } from '../../ui/money.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { useRecordWords } from '../../ui/record-words/record-words.ts';
import { Section } from '../../ui/section.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { Timeline } from '../../ui/timeline.tsx';

export default function LookUpPage() {
  const t = useText();
  const { drop: id = '' } = useParams({ strict: false }) as { drop?: string };
  const [text, setText] = useState('');
  const [found, tell] = useState<{ story: LookUp; at: Date } | null>(null);
  const submit = useSubmit(async () => {
    tell(null);
    const wanted = searchBy(text);
    // What looks like nothing else is taken for a ticket, which is long and opaque.
    const by = wanted?.by === 'customer' ? (text.trim().length >= 60 ? 'ticket' : 'reference') : wanted?.by;
    const body = { [by ?? 'reference']: text.trim() };
    const { content } = await request<LookUp>('POST', `/api/v1/drops/${id}/look-up`, {
      body,
      isReading: true,
    });
    tell({ story: content, at: new Date() });
  });
  return (
    <>
      <PageHeader title={t('look-up.title')} level={2}>
        {t('look-up.lead')}
      </PageHeader>
      <Form submit={submit}>
        <TextField
          name="reference"
          type="search"
          label={t('look-up.by')}
          help={t('look-up.by-help')}
          value={text}
          onChange={setText}
          isRequired
        />
        <SubmitRow isBusy={submit.isBusy}>{t('look-up.go')}</SubmitRow>
      </Form>
      {found && (
        <>
          {/* It reads the whole log of the drop, so it is not asked again and again: it says of what moment it is. */}
          <p className="help">
            {t('look-up.as-of')} <Age of={found.at} />
          </p>
          <Found drop={id} found={found.story} />
        </>
      )}
    </>
  );
}

function Found({ drop: id, found }: { readonly drop: string; readonly found: LookUp }) {
  const t = useText();
  const may = useMay();
  const { data: drop } = useQuery(dropQuery(id));
  const { messages } = useIntl();
  const money = useMoney();
  const words = useRecordWords();
  /** Amounts come as `25800 EUR`, with a reason behind them or not; what a provider says, by its code. */
  const told = (detail: string): string => {
    const [, minor, currency = '', reason = ''] = /^(\d+) ([A-Z]{3})(?:: (.*))?$/s.exec(detail) ?? [];
    if (minor === undefined) return words.value(detail);
    return [money(Number(minor), currency), reason].filter(Boolean).join(' · ');
  };
  const isTold = (reason: string) => `look-up.what-${reason}` in messages;
  return (
    <>
      {found.checkout !== 'told' && (
        <p className="note warning" role="status">
          {t(`look-up.checkout-${found.checkout}`)}
        </p>
      )}
      {found.tickets.map((ticket) => (
        <Section
          key={ticket.number}
          title={t('look-up.ticket', { reference: ticket.reference })}
          actions={
            may('orders.read') &&
            ticket.sales?.holds.map(
              ({ orderId }) =>
                orderId && (
                  <Link
                    key={orderId}
                    className="button plain"
                    to={'/orders/$order' as never}
                    params={{ order: orderId } as never}
                  >
                    {t('look-up.to-order')}
                  </Link>
                ),
            )
          }
        >
          <p>
            <Badge tone="accent">{t(`look-up.is-${ticket.standing}`)}</Badge>{' '}
            {ticket.reason !== null && isTold(ticket.reason) && t(`look-up.what-${ticket.reason}`)}{' '}
            {ticket.isDrawn !== null && (
              <span className="help">{t(ticket.isDrawn ? 'look-up.drawn' : 'look-up.arrived')}</span>
            )}
          </p>
          <Timeline
            zone={drop?.timeZone ?? 'UTC'}
            unknownTime={t('look-up.unknown-time')}
            events={ticket.events.map(({ at, what, from, detail }) => ({
              at,
              title: t(`look-up.what-${what}`),
              detail: detail === null ? null : told(detail),
              badge: { tone: 'neutral', text: t(`look-up.from-${from}`) },
            }))}
          />
          <p className="help secret">{ticket.number}</p>
        </Section>
      ))}
    </>
  );
}
