/** Walking a drop oneself: a pass for the rehearsal that runs, or for one of no shoppers that is begun for it. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Rehearsal, StaffPass } from '../../api/office-contract.ts';
import { rehearsalsQuery } from '../../api/rehearsals.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { useSubmit } from '../../ui/form.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';

/** Half a minute to open the link, and time to look at everything. */
const STAFF_ALONE = { shoppers: 0, lobbySeconds: 30, openSeconds: 1800 };

const CODES = ['access', 'bypass'] as const;

export interface StaffPassSectionProps {
  readonly drop: string;
  readonly running: Rehearsal | undefined;
  readonly zone: string;
}

export function StaffPassSection({ drop, running, zone }: StaffPassSectionProps) {
  const t = useText();
  const client = useQueryClient();
  const [pass, show] = useState<StaffPass | null>(null);
  const issue = useSubmit(async () => {
    const path = `/api/v1/drops/${drop}/rehearsals`;
    if (!running) await request<Rehearsal>('POST', path, { body: STAFF_ALONE });
    show((await request<StaffPass>('POST', `${path}/pass`, { body: {} })).content);
    await client.invalidateQueries(rehearsalsQuery(drop));
  });
  // That of a rehearsal before opens nothing any more.
  const shown = pass && pass.drop === running?.id ? pass : null;
  return (
    <Section title={t('rehearsal.staff')} lead={t('rehearsal.staff-lead')}>
      {issue.fault && <FaultNote fault={issue.fault} />}
      {shown?.url === null && <p className="note warning">{t('rehearsal.staff-no-room')}</p>}
      {shown && (
        <div className="note good" role="status">
          <p>
            {t('rehearsal.staff-until')} <Moment at={shown.expiresAt} zone={zone} />
          </p>
          {shown.shopUrl !== null && (
            <p>
              <a href={shown.shopUrl} target="_blank" rel="noreferrer">
                {t('rehearsal.staff-shop')}
              </a>{' '}
              {t('rehearsal.staff-shop-needs')} <code>rehearsals: true</code>
            </p>
          )}
          {shown.url !== null && (
            <p>
              <a href={shown.url} target="_blank" rel="noreferrer">
                {t('rehearsal.staff-open')}
              </a>
            </p>
          )}
          {CODES.map(
            (kind) =>
              shown.codes[kind] !== null && (
                <p key={kind}>
                  {t(`rehearsal.staff-code-${kind}`)} <code className="secret">{shown.codes[kind]}</code>
                </p>
              ),
          )}
          <p>
            {t('rehearsal.staff-secret')} <code className="secret">{shown.secret}</code>
          </p>
        </div>
      )}
      <div className="actions">
        <Button onPress={() => void issue()} isPending={issue.isBusy}>
          {t('rehearsal.staff-try')}
        </Button>
      </div>
    </Section>
  );
}
