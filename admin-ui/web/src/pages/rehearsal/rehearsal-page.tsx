/** Trying a drop with a crowd before its day: let one loose, watch it in the control room, read afterwards what it was. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { dropQuery } from '../../api/drops.ts';
import { rehearsalsQuery } from '../../api/rehearsals.ts';
import { isRehearsal } from '../../domain/rehearsal.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { RehearsalForm } from './rehearsal-form.tsx';
import { RehearsalResult } from './rehearsal-result.tsx';
import { RunningRehearsal } from './running-rehearsal.tsx';
import { StaffPassSection } from './staff-pass.tsx';

export default function RehearsalPage() {
  const t = useText();
  const may = useMay();
  const { drop: id = '' } = useParams({ strict: false }) as { drop?: string };
  const query = useQuery(rehearsalsQuery(id));
  const { data: drop } = useQuery(dropQuery(id));
  const zone = drop?.timeZone ?? 'UTC';
  return (
    <>
      <PageHeader title={t('rehearsal.title')} level={2}>
        {t('rehearsal.lead')}
      </PageHeader>
      <Answered query={query}>
        {({ rehearsals }) => {
          const running = rehearsals.find(({ endedAt }) => endedAt === null);
          const ended = rehearsals.filter(({ endedAt }) => endedAt !== null);
          return (
            <>
              {running && <RunningRehearsal rehearsal={running} zone={zone} />}
              {may('drops.steer') && (running || !isRehearsal(id)) && (
                <StaffPassSection drop={id} running={running} zone={zone} />
              )}
              {!running && may('drops.steer') && !isRehearsal(id) && <RehearsalForm drop={id} />}
              {ended.length === 0
                ? !running && <Empty title={t('rehearsal.none')}>{t('rehearsal.none-lead')}</Empty>
                : ended.map((one) => <RehearsalResult key={one.id} rehearsal={one} zone={zone} />)}
            </>
          );
        }}
      </Answered>
    </>
  );
}
