/** Over every page of a rehearsal: nobody may take it for the real thing, and whoever may can stop it from wherever they are. */
import './rehearsal-banner.css';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { rehearsalsQuery } from '../api/rehearsals.ts';
import { request } from '../api/request.ts';
import { useText } from '../i18n/language.tsx';
import { useMay } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { FaultNote } from '../ui/fault-note.tsx';
import { useSubmit } from '../ui/form.tsx';
import { Moment } from '../ui/moment.tsx';
import { tell } from '../ui/toasts.tsx';

export function RehearsalBanner({ drop, zone }: { readonly drop: string; readonly zone: string }) {
  const t = useText();
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(rehearsalsQuery(drop));
  const rehearsal = data?.rehearsals[0];
  const source = rehearsal?.source;
  const isOver = rehearsal !== undefined && rehearsal.endedAt !== null;
  const stop = useSubmit(async () => {
    await request('POST', `/api/v1/drops/${drop}/rehearsals/stop`, { body: {} });
    await client.invalidateQueries(rehearsalsQuery(drop));
  });
  // The copy is being deleted: what was seen stands with the drop it was a copy of.
  useEffect(() => {
    if (!isOver) return;
    tell(t('shell.rehearsal-over'));
    void navigate({ to: '/drops/$drop/rehearsal' as never, params: { drop: source } as never });
  }, [isOver, source, navigate, t]);
  return (
    <section className="rehearsal-banner" aria-label={t('shell.rehearsal')}>
      <strong>{t('shell.rehearsal')}</strong>
      <p>
        {t('shell.rehearsal-lead')}{' '}
        {rehearsal && (
          <>
            {t('shell.rehearsal-ends')} <Moment at={rehearsal.endsAt} zone={zone} />
          </>
        )}
      </p>
      {may('drops.steer') && rehearsal && (
        <Button
          variant="danger"
          onPress={() => void stop()}
          isPending={stop.isBusy}
          isDisabled={isOver || rehearsal.stopWantedBy !== null}
        >
          {t('shell.rehearsal-stop')}
        </Button>
      )}
      {stop.fault && <FaultNote fault={stop.fault} />}
    </section>
  );
}
