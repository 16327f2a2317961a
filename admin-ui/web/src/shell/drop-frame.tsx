/** Around every page of one drop: which, what it is doing, and its other pages. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import { type ApiFault, faultOf } from '../api/api-fault.ts';
import type { Drop } from '../api/contract.ts';
import { dropQuery } from '../api/drops.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { useText } from '../i18n/language.tsx';
import { useMay } from '../session/session.ts';
import { Moment } from '../ui/moment.tsx';
import { PhaseBadge } from '../ui/phase-badge.tsx';
import { Answered, Failed } from '../ui/states.tsx';
import { PAGES } from './registry.ts';
import { RehearsalBanner } from './rehearsal-banner.tsx';

/** What it is doing changes by itself, at the opening at the latest. */
const REFRESH_MS = 5_000;

export function DropFrame() {
  const { drop: id = '' } = useParams({ strict: false });
  const query = useQuery({ ...dropQuery(id), refetchInterval: REFRESH_MS });
  const { data, error, refetch } = query;
  // Without the ledger the plan is not to be had; a page that can do without it goes on, also while it is asked for again.
  const known = useRef<ApiFault>(null);
  if (error) known.current = faultOf(error);
  const fault = known.current;
  // Not loaded, or not to be had: its id is known all the same, and a page has a heading.
  if (data === undefined)
    return (
      <>
        <div className="drop-header">
          <h1>{id}</h1>
        </div>
        {fault?.isPassing ? (
          <>
            <Failed fault={fault} onRetry={() => void refetch()} />
            <Outlet />
          </>
        ) : (
          <Answered query={query}>{() => null}</Answered>
        )}
      </>
    );
  return (
    <Answered query={query} isAgeTold>
      {(drop) => <Framed drop={drop} />}
    </Answered>
  );
}

function Framed({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const may = useMay();
  const isCopy = isRehearsal(drop.id);
  const pages = PAGES.filter(
    ({ at, needs, path }) =>
      at === 'drop' && (needs === undefined || may(needs)) && !(isCopy && path.endsWith('/rehearsal')),
  );
  return (
    <>
      {isCopy && <RehearsalBanner drop={drop.id} zone={drop.timeZone} />}
      <div className="drop-header">
        <h1>{drop.name}</h1>
        <PhaseBadge phase={drop.phase} isDraft={drop.isDraft} />
        <p>
          {t(drop.live?.openedAt ? 'shell.opened' : 'shell.opens')}{' '}
          <Moment at={drop.opensAt} zone={drop.timeZone} />
        </p>
      </div>
      <nav className="tabs" aria-label={t('shell.of-this-drop')}>
        <ul>
          {pages.map(({ path, label }) => (
            <li key={path}>
              <Link to={path} params={{ drop: drop.id } as never} activeOptions={{ exact: true }}>
                {t(label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </>
  );
}
